/** A trained model as a folder that other tools load, in every format that its strategy has; and back. */
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { outputsOf, type Problem } from '../../../shared/problem'
import type { ExportFormat, ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { createAdaptedModel, createTunedModel } from '../models/create-tuned-model'
import type { TunedModel } from '../models/tuned-model'
import { expectedTensors, headTensors } from '../models/weights'
import type { Weights } from '../parameters'
import { createRandom } from '../random'
import { readBottleneckOptions } from '../strategies/bottleneck-adapter'
import { readPooling, regression } from '../strategies/feature-based'
import { strategyOf } from '../strategies/index'
import { toAdapterHub } from './adapterhub'
import { type Arrays, assignArrays, downloadArrays } from './arrays'
import { deduceProblem } from './deduce-problem'
import { type ExportNote, noteFile, readNote } from './export-note'
import { readTrained, recognizeFormat } from './export-reading'
import { featuresFile, toFeatures } from './features'
import type { FolderContent, FolderReader } from './folder'
import { inspectModel, loadModel, toHuggingFace } from './hugging-face'
import { toNative } from './native'
import { writePeft } from './peft'
import { encodeJson } from './text'

export interface ExportSource {
  readonly model: TunedModel
  readonly config: ModelConfig
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  readonly problem: Problem
  /** One of those that the strategy's description offers. */
  readonly format: ExportFormat
  /** Longest input in tokens. */
  readonly maxLength: number
  /** The tokenizer's, which a whole decoder's config.json has to name; null where it pads with nothing of its own. */
  readonly paddingId?: number | null
  /** The base model: by what name or folder to load it, and its content hash. */
  readonly base: { readonly name: string; readonly sha256: string }
}

/**
 * The weights and their descriptions; tokenizer and README come beside them. Throws `strategy-unsupported` where the
 * strategy has no such format on this model with these options.
 */
export async function encodeExport(source: ExportSource): Promise<FolderContent> {
  const { config, strategy, options, problem, format, maxLength, base } = source
  const { exportFormats } = strategyOf(strategy).describe(config, outputsOf(problem), options)
  if (!exportFormats.includes(format))
    throw new Failure(
      'strategy-unsupported',
      `${strategy} on ${config.architecture} with these options cannot be exported as ${format}. Choose ${exportFormats.join(' or ')}.`,
      { format },
    )
  const note: ExportNote = { version: 2, format, strategy, options, problem, maxLength, base }
  return { ...(await encodeWeights(source)), [noteFile]: encodeJson(note) }
}

async function encodeWeights(source: ExportSource): Promise<FolderContent> {
  const { model, config, strategy, options, problem, format, maxLength, paddingId, base } = source
  const outputs = outputsOf(problem)
  if (format === 'hugging-face') return toHuggingFace(config, await downloadWhole(source), problem, paddingId)
  const trained = model.parameters.map(({ name, variable }) => [name, variable] as const)
  const parameters = await downloadArrays(Object.fromEntries(trained))
  switch (format) {
    case 'peft':
      return writePeft({ strategy, options, config, outputs, parameters, baseModel: base.name })
    case 'adapterhub': {
      const settings = readBottleneckOptions(config, outputs, options)
      return toAdapterHub({ ...settings, problem, parameters }, config, base.name)
    }
    case 'features': {
      const [weight, bias] = [parameters[regression.weight], parameters[regression.bias]]
      if (!weight || !bias) throw new Error('needs the parameters of a feature-based model')
      const pooling = readPooling(config, options)
      return { [featuresFile]: encodeJson(toFeatures({ encoder: base, pooling, maxLength, problem, weight, bias })) }
    }
    case 'fino':
      return toNative(parameters)
    case 'dictionary':
      throw new Error('needs a tuned model; a dictionary is written elsewhere')
    default:
      return format satisfies never
  }
}

/** The whole model under its Hugging Face names, what the strategy adds merged into the base. */
async function downloadWhole({ model, config, problem }: ExportSource): Promise<Arrays> {
  const own = new Set(Object.values(model.weights))
  const whole: Weights = model.merge?.() ?? model.weights
  try {
    const names = [...expectedTensors(config), ...headTensors(config, outputsOf(problem))].map(({ name }) => name)
    const found = names.flatMap((name) => (whole[name] ? [[name, whole[name]] as const] : []))
    return await downloadArrays(Object.fromEntries(found))
  } finally {
    tf.dispose(Object.values(whole).filter((tensor) => !own.has(tensor)))
  }
}

export interface OpenedExport {
  /** The caller disposes of it. */
  readonly model: TunedModel
  readonly config: ModelConfig
  readonly format: ExportFormat
  readonly problem: Problem
  /** Longest input in tokens. */
  readonly maxLength: number
}

/**
 * Opens what `encodeExport` wrote, and what PEFT, AdapterHub and transformers wrote themselves. `base` is the base model's
 * folder, which all but whole models need; `asked` is the problem of folders from elsewhere, which name classes at most.
 * Throws `model-missing` where a base is needed and null, `model-malformed` where the files are damaged, do not fit the
 * base, or leave open what their outputs mean, `model-unsupported` where Fino would compute something else.
 */
export async function openExport(
  folder: FolderReader,
  base: FolderReader | null,
  asked?: Problem,
): Promise<OpenedExport> {
  const note = await readNote(folder)
  const format = note?.format ?? (await recognizeFormat(folder))
  if (format === 'hugging-face') return await openWhole(folder, note, asked)
  if (!base)
    throw new Failure(
      'model-missing',
      `This export needs its base model${note ? `, ${note.base.name}` : ''}. Add that model first.`,
      { base: note?.base.name ?? null },
    )
  const { config } = await inspectModel(base)
  const reading = await readTrained(folder, format, config, note)
  const problem = note?.problem ?? deduceProblem(config, reading, asked)
  const outputs = outputsOf(problem)
  const { strategy, options } = reading
  const weights = replace((await loadModel(base)).weights, reading.replaced ?? {})
  const own = reading.outputs === undefined ? await downloadArrays(headOf(config, weights, outputs)) : {}
  const model = createTunedModel({ config, weights, strategy, options, outputs, random: createRandom(0) })
  try {
    assignArrays(model.parameters, { ...own, ...reading.values })
  } catch (thrown) {
    model.dispose()
    throw thrown
  }
  return { model, config, format, problem, maxLength: note?.maxLength ?? usualLengthOf(config) }
}

/** A whole model, whose folder needs no base. */
async function openWhole(folder: FolderReader, note: ExportNote | null, asked?: Problem): Promise<OpenedExport> {
  const { config } = await inspectModel(folder)
  const problem = note?.problem ?? deduceProblem(config, {}, asked)
  const outputs = outputsOf(problem)
  const { weights } = await loadModel(folder)
  const head = headTensors(config, outputs)
  if (head.some(({ name, shape }) => weights[name]?.shape.join() !== shape.join())) {
    tf.dispose(Object.values(weights))
    throw new Failure(
      'model-malformed',
      'The weights hold no head for this problem: config.json or fino.json and the weights disagree. Export the run again.',
    )
  }
  const frozen = { config, weights, outputs, options: {}, random: createRandom(0) }
  const model = createAdaptedModel(frozen, { parameters: [], constantDepth: 0 })
  return { model, config, format: 'hugging-face', problem, maxLength: note?.maxLength ?? usualLengthOf(config) }
}

/** Where a folder does not say how long texts may be. */
function usualLengthOf({ maximumLength }: ModelConfig): number {
  return Math.min(512, maximumLength)
}

/** The head that the base's folder brings, for adapters that leave it there. */
function headOf(config: ModelConfig, weights: Weights, outputs: number | null): Weights {
  if (outputs === null) return {}
  const found = headTensors(config, outputs).flatMap(({ name }) =>
    weights[name] ? [[name, weights[name]] as const] : [],
  )
  return Object.fromEntries(found)
}

/** The base with tensors of its own put in place of some; those are freed. */
function replace(weights: Weights, arrays: Arrays): Weights {
  const changed: Record<string, tf.Tensor> = { ...weights }
  for (const [name, { shape, data }] of Object.entries(arrays)) {
    changed[name]?.dispose()
    changed[name] = tf.tensor(data, [...shape], 'float32')
  }
  return changed
}
