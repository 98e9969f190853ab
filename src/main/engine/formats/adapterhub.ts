/**
 * AdapterHub's folders (adapters 1.3): a bottleneck adapter in adapter_config.json and adapter.safetensors, the head that
 * reads a text in head_config.json and model_head.safetensors.
 */
import { Failure } from '../../../shared/failure'
import { labelsOf, outputsOf, type Problem } from '../../../shared/problem'
import type { StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { basePrefix, poolerName } from '../models/weights'
import type { Variant } from '../strategies/bottleneck-adapter'
import { describeBottleneck, readBottleneck } from './adapterhub-config'
import { headConfigFile, headFile, languageHead, readHead } from './adapterhub-head'
import { type Arrays, type FloatArray, turnMatrix } from './arrays'
import { type FolderContent, type FolderReader, readJson, readWhole } from './folder'
import { modelClass } from './model-class'
import { decodeSafetensors, encodeSafetensors } from './safetensors'
import { encodeText } from './text'

const configFile = 'adapter_config.json'
const adapterFile = 'adapter.safetensors'
/** An adapter's name stands in every key, after ".adapters."; Fino's parameters leave it out. */
const adapterName = 'fino'
const version = 'adapters.1.3.0'

export interface BottleneckAdapter {
  readonly variant: Variant
  readonly reductionFactor: number
  readonly problem: Problem
  /** All that was trained, in engine layout under the names of its parameters: adapters and head. */
  readonly parameters: Arrays
}

/** `baseModel` is the name or folder that a reader of the adapter should load first. */
export function toAdapterHub(
  { variant, reductionFactor, problem, parameters }: BottleneckAdapter,
  config: ModelConfig,
  baseModel: string,
): FolderContent {
  const stored = Object.entries(parameters).map(([name, array]) => [name, turnMatrix(array)] as const)
  const adapters = stored.filter(([name]) => isAdapter(name))
  const head = stored.filter(([name]) => !isAdapter(name))
  const outputs = outputsOf(problem)
  const common = {
    model_type: config.architecture,
    model_name: baseModel,
    model_class: modelClass(config, outputs),
    hidden_size: config.width,
    version,
  }
  const described = { config: describeBottleneck(variant, reductionFactor), name: adapterName, ...common }
  const labels = labelsOf(problem).length > 0 ? labelsOf(problem) : ['LABEL_0']
  const label2id = Object.fromEntries(labels.map((label, id) => [label, id]))
  return {
    [configFile]: encodeFloats(described),
    [adapterFile]: encodeSafetensors(Object.fromEntries(adapters.map(([name, array]) => [addName(name), array]))),
    ...(outputs !== null && {
      [headConfigFile]: encodeFloats({ config: null, name: null, num_labels: outputs, label2id, ...common }),
      [headFile]: encodeSafetensors(Object.fromEntries(head)),
    }),
  }
}

export interface ReadAdapterHub {
  readonly options: StrategyOptions
  /** All that was trained, in engine layout under the names of its parameters. */
  readonly values: Arrays
  /** What stands in for the base's own: the library trains a language-model head along where it is no embedding table. */
  readonly replaced: Arrays
  /** In the order of their ids, where the head names them. */
  readonly labels?: readonly string[] | null
  /** Null for a language model; absent where the adapter comes without a head. */
  readonly outputs?: number | null
}

/**
 * The inverse of `toAdapterHub`; reads what the library itself wrote as well, flexible heads included where they are what
 * the architecture's own head computes. Throws `model-malformed`, `model-unsupported` or `model-pickle`.
 */
export async function fromAdapterHub(folder: FolderReader, config: ModelConfig): Promise<ReadAdapterHub> {
  const described = await readJson(folder, configFile)
  const { model_type: type, model_class: modelName } = described
  if (type !== undefined && type !== config.architecture)
    throw new Failure(
      'model-malformed',
      `The adapter is for ${String(type)} models, this base model is ${config.architecture}. Choose the base it was trained on.`,
    )
  const settings = readBottleneck(described.config)
  await refusePickle(folder)
  const values: Record<string, FloatArray> = {}
  for (const [name, { shape, data }] of Object.entries(
    decodeSafetensors(await readWhole(folder, adapterFile)).tensors,
  )) {
    const plain = removeName(withPrefix(config, name))
    if (plain === null || data instanceof Int32Array)
      throw new Failure(
        'model-malformed',
        `${adapterFile} holds ${name}, which is no part of a bottleneck adapter. Save it again.`,
      )
    values[plain] = turnMatrix({ shape, data })
  }
  const writes = /(CausalLM|LMHeadModel)$/.test(String(modelName))
  const { tensors, ...head } = { ...(writes && { outputs: null }), ...(await readHead(folder, config)) }
  const { [languageHead]: table, ...reading } = tensors
  for (const [name, array] of Object.entries(reading)) values[name] = turnMatrix(array)
  const pooler = config.architecture === 'bert' ? { trainPooler: `${poolerName}.weight` in values } : {}
  const tied = config.family === 'decoder' && config.tiedEmbeddings
  return {
    ...head,
    options: { ...settings, ...pooler },
    values,
    replaced: table && !tied ? { [languageHead]: table } : {},
  }
}

function isAdapter(name: string): boolean {
  return name.includes('.adapters.adapter_')
}

function addName(name: string): string {
  return name.replace('.adapters.adapter_', `.adapters.${adapterName}.adapter_`)
}

function removeName(key: string): string | null {
  const found = key.match(/^(.+\.adapters)\..+\.(adapter_(?:down\.0|up)\.(?:weight|bias))$/)
  return found ? `${found[1]}.${found[2]}` : null
}

/** Adapters saved from a model without a head lack what precedes the base's names elsewhere. */
function withPrefix(config: ModelConfig, key: string): string {
  const prefix = `${basePrefix(config)}.`
  return key.startsWith(prefix) ? key : prefix + key
}

async function refusePickle(folder: FolderReader): Promise<void> {
  const names = (await folder.list()).map(({ name }) => name)
  const pickles = names.filter((name) => /^pytorch_.*\.bin$/.test(name))
  if (names.includes(adapterFile) || pickles.length === 0) return
  throw new Failure(
    'model-pickle',
    `The adapter is in ${pickles.join(', ')}, a pickle file, which Fino does not open because it can run code. ` +
      'Save it again where you trust it: model.save_adapter(FOLDER, NAME, use_safetensors=True).',
    { files: pickles.join(', ') },
  )
}

/** The library tells a fixed scaling by its being a float: 4 must be written as 4.0. */
function encodeFloats(description: unknown): Uint8Array {
  const text = JSON.stringify(description, null, 2).replace(/"scaling": (\d+)(?=[,\n])/, '"scaling": $1.0')
  return encodeText(`${text}\n`)
}
