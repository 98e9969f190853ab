/**
 * Heads beside AdapterHub's adapters: transformers' own ("static") under their names there, and the library's flexible
 * ones, numbered by layer, where they compute what the architecture's own head does.
 */
import { Failure } from '../../../shared/failure'
import type { ModelConfig } from '../models/config'
import { encoderHeadNames } from '../models/weights'
import type { FloatArray } from './arrays'
import { type FolderReader, readJson, readWhole } from './folder'
import { decodeSafetensors } from './safetensors'

export const headConfigFile = 'head_config.json'
export const headFile = 'model_head.safetensors'

export interface ReadHead {
  /** In the file's layout under the engine's names. */
  readonly tensors: Readonly<Record<string, FloatArray>>
  /** In the order of their ids, where the head names them. */
  readonly labels?: readonly string[] | null
  /** Null for a language model's head; absent where the folder has no head. */
  readonly outputs?: number | null
}

/** Throws `model-malformed` or `model-unsupported`. */
export async function readHead(folder: FolderReader, config: ModelConfig): Promise<ReadHead> {
  const names = (await folder.list()).map(({ name }) => name)
  if (!names.includes(headConfigFile)) return { tensors: {} }
  const json = await readJson(folder, headConfigFile)
  const flexible = typeof json.config === 'object' && json.config !== null ? (json.config as Flexible) : null
  const rename = flexible ? flexibleNames(flexible, config) : (name: string) => name
  const tensors: Record<string, FloatArray> = {}
  for (const [name, { shape, data }] of Object.entries(decodeSafetensors(await readWhole(folder, headFile)).tensors))
    if (data instanceof Float32Array) tensors[rename(name)] = { shape, data }
  if (tensors[languageHead]) return { tensors, outputs: null }
  const last = config.family === 'decoder' ? 'score' : encoderHeadNames(config).out
  const outputs = tensors[`${last}.weight`]?.shape[0]
  if (outputs === undefined) throw malformed(`it has no ${last}.weight`)
  const label2id = Object((flexible ?? json).label2id) as Record<string, unknown>
  const labels = Object.keys(label2id).sort((a, b) => Number(label2id[a]) - Number(label2id[b]))
  return { tensors, labels: labels.length === outputs ? labels : null, outputs }
}

export const languageHead = 'lm_head.weight'

interface Flexible {
  readonly head_type?: unknown
  readonly layers?: unknown
  readonly activation_function?: unknown
  readonly use_pooler?: unknown
  readonly label2id?: unknown
}

/**
 * "heads.NAME.1.weight" -> "classifier.weight" and so on; linear layers are numbered by what lies between them. Throws
 * `model-unsupported` where the head computes something else.
 */
function flexibleNames(head: Flexible, config: ModelConfig): (name: string) => string {
  const modules = modulesOf(head, config)
  if (!modules)
    throw new Failure(
      'model-unsupported',
      `The adapter's head (${String(head.head_type)}, ${String(head.layers)} layers, ${String(head.activation_function)}) is not one that ${config.architecture} models have in transformers. Train it with such a head.`,
    )
  return (name) => {
    const [, layer = '', part = ''] = name.match(/^heads\..+\.(\d+)\.(weight|bias)$/) ?? []
    const module = modules.get(layer)
    if (!module) throw malformed(`it holds ${name}`)
    return `${module}.${part}`
  }
}

function modulesOf(head: Flexible, config: ModelConfig): ReadonlyMap<string, string> | null {
  const { head_type: type, layers, activation_function: activation, use_pooler: pooler } = head
  if (config.family === 'decoder') {
    if (type === 'causal_lm' && (layers ?? 1) === 1) return new Map([['0', 'lm_head']])
    return type === 'classification' && layers === 1 ? new Map([['1', 'score']]) : null
  }
  if (type !== 'classification') return null
  const { hidden, out } = encoderHeadNames(config)
  if (layers === 1 && pooler === true && config.architecture === 'bert') return new Map([['1', out]])
  const own = config.architecture === 'distilbert' ? 'relu' : 'tanh'
  const same = layers === 2 && pooler !== true && activation === own
  return same
    ? new Map([
        ['1', hidden],
        ['4', out],
      ])
    : null
}

function malformed(reason: string): Failure {
  return new Failure(
    'model-malformed',
    `${headFile} is not the head that ${headConfigFile} says: ${reason}. Save it again.`,
  )
}
