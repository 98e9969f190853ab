/** a trained model as a folder that other tools load, and back; which format is decided by the strategy. */
import * as tf from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import { type ExportFormat, exportFormats, type StrategyId, type StrategyOptions } from '../../../shared/strategy'
import type { EncoderConfig } from '../models/config'
import { createAdaptedModel, createTunedModel } from '../models/create-tuned-model'
import type { TunedModel } from '../models/tuned-model'
import type { Parameters } from '../parameters'
import { createRandom } from '../random'
import { readPooling, regression } from '../strategies/feature-based'
import { strategyOf } from '../strategies/index'
import { readLoraSettings } from '../strategies/lora'
import { type Arrays, assignArrays, downloadArrays } from './arrays'
import { featuresFile, fromFeatures, toFeatures } from './features'
import { type FolderContent, type FolderReader, readJson, readWhole } from './folder'
import { labelsOf, loadModel, toHuggingFace } from './hugging-face'
import { adapterConfigFile, adapterFile, fromPeft, toPeft } from './peft'
import { encodeJson } from './text'

/** What an export needs to be used again and what other tools have no place for. */
export const noteFile = 'fino.json'

export interface ExportSource {
  readonly model: TunedModel
  readonly config: EncoderConfig
  readonly strategy: StrategyId
  readonly options: StrategyOptions
  readonly labels: readonly string[]
  /** Longest input in tokens. */
  readonly maxLength: number
  /** The base model: by what name or folder to load it, and its content hash. */
  readonly base: { readonly name: string; readonly sha256: string }
}

export interface OpenedExport {
  readonly model: TunedModel
  readonly config: EncoderConfig
  readonly format: ExportFormat
  readonly labels: readonly string[]
  readonly maxLength: number
}

/** The weights and their descriptions; tokenizer and README come beside them. */
export async function encodeExport(source: ExportSource): Promise<FolderContent> {
  const { config, strategy, options, labels, maxLength, base } = source
  const format = strategyOf(strategy).describe(config, labels.length, options).exportFormat
  const note = { version: 1, format, strategy, labels, maxLength, base }
  return { ...(await encodeWeights(format, source)), [noteFile]: encodeJson(note) }
}

async function encodeWeights(format: ExportFormat, source: ExportSource): Promise<FolderContent> {
  const { model, config, options, labels, maxLength, base } = source
  switch (format) {
    case 'hugging-face':
      return toHuggingFace(config, await downloadArrays(model.weights), labels)
    case 'peft': {
      const settings = readLoraSettings(config, labels.length, options)
      return toPeft({ settings, parameters: await downloadParameters(model.parameters) }, config, base.name)
    }
    case 'features': {
      const parameters = await downloadParameters(model.parameters)
      const [weight, bias] = [parameters[regression.weight], parameters[regression.bias]]
      if (!weight || !bias) throw new Error('needs the parameters of a feature-based classifier')
      const written = toFeatures({ encoder: base, pooling: readPooling(options), maxLength, labels, weight, bias })
      return { [featuresFile]: encodeJson(written) }
    }
    default:
      return format satisfies never
  }
}

/**
 * Opens what `encodeExport` wrote. `base` is the base model's folder, which PEFT and feature exports need.
 * Throws `model-missing` where it is null then, `model-malformed` where the export is damaged or does not fit it.
 */
export async function openExport(folder: FolderReader, base: FolderReader | null): Promise<OpenedExport> {
  const note = readNote(await readJson(folder, noteFile))
  const { format, labels, maxLength } = note
  if (format === 'hugging-face') {
    const { config, weights } = await loadModel(folder)
    const classes = labelsOf(config)?.length ?? labels.length
    if (classes !== labels.length || weights['classifier.weight']?.shape[1] !== classes) {
      tf.dispose(Object.values(weights))
      throw new Failure(
        'model-malformed',
        `config.json, ${noteFile} and the weights disagree on the number of classes. Export the run again.`,
      )
    }
    const frozen = { config, weights, classes, options: {}, random: createRandom(0) }
    const model = createAdaptedModel(frozen, { parameters: [], constantDepth: 0 })
    return { model, config, format, labels, maxLength }
  }
  if (!base)
    throw new Failure('model-missing', `This export needs its base model, ${note.baseName}. Add that model first.`, {
      base: note.baseName,
    })
  const { strategy, options, values } = format === 'peft' ? await readAdapter(folder) : await readRegression(folder)
  const { config, weights } = await loadModel(base)
  const random = createRandom(0)
  const model = createTunedModel({ config, weights, strategy, options, classes: labels.length, random })
  try {
    assignArrays(model.parameters, values)
  } catch (thrown) {
    model.dispose()
    throw thrown
  }
  return { model, config, format, labels, maxLength }
}

interface Reading {
  readonly strategy: StrategyId
  readonly options: StrategyOptions
  readonly values: Arrays
}

async function readAdapter(folder: FolderReader): Promise<Reading> {
  const { settings, parameters } = fromPeft(
    await readJson(folder, adapterConfigFile),
    await readWhole(folder, adapterFile),
  )
  const { rank, alpha, dropout, targets } = settings
  const bert = Object.keys(parameters).some((name) => name.startsWith('bert.'))
  const trainPooler = Object.keys(parameters).some((name) => name.startsWith('bert.pooler.'))
  const options = { rank, alpha, dropout, targets: [...targets], ...(bert && { trainPooler }) }
  return { strategy: 'lora', options, values: parameters }
}

async function readRegression(folder: FolderReader): Promise<Reading> {
  const { pooling, weight, bias } = fromFeatures(await readJson(folder, featuresFile))
  const values = { [regression.weight]: weight, [regression.bias]: bias }
  return { strategy: 'feature-based', options: { pooling }, values }
}

function downloadParameters(parameters: Parameters): Promise<Arrays> {
  return downloadArrays(Object.fromEntries(parameters.map(({ name, variable }) => [name, variable])))
}

function readNote(json: Readonly<Record<string, unknown>>) {
  const { labels, maxLength } = json
  const format = exportFormats.find((known) => known === json.format)
  if (!format || !Array.isArray(labels) || typeof maxLength !== 'number')
    throw new Failure('model-malformed', `${noteFile} does not say format, labels and maxLength. Export the run again.`)
  const { name } = Object(json.base) as { name?: unknown }
  return { format, labels: labels.map(String), maxLength, baseName: String(name ?? 'unknown') }
}
