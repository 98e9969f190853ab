/**
 * PEFT's adapter folders (huggingface/peft 0.21): adapter_config.json and adapter_model.safetensors. Names of parameters
 * are PEFT's already; here they get its prefixes, and matrices of linear modules the files' [out, in].
 */
import { Failure } from '../../../shared/failure'
import type { ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { headTensors, poolerName } from '../models/weights'
import { type Arrays, type FloatArray, turnMatrix } from './arrays'
import type { FolderContent } from './folder'
import { fromAdaptionPrompt, toAdaptionPrompt } from './peft-adaption-prompt'
import { ia3Method } from './peft-ia3'
import { loraMethod } from './peft-lora'
import {
  adapterConfigFile,
  adapterFile,
  adapterPrefix,
  describeAdapter,
  elsewhere,
  type PeftMethod,
  taskOf,
} from './peft-method'
import { prefixMethod, promptMethod } from './peft-prompt'
import { decodeSafetensors, encodeSafetensors } from './safetensors'
import { encodeJson } from './text'

export interface PeftSource {
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  readonly config: ModelConfig
  readonly outputs: number | null
  /** All that was trained, in the engine's layout under the names of its parameters. */
  readonly parameters: Arrays
  /** Name or folder that a reader of the adapter should load first. */
  readonly baseModel: string
}

/** What makes the same adapter again: a strategy, its options, and the values of its parameters. */
export interface PeftReading {
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  readonly values: Arrays
}

const methods: readonly PeftMethod[] = [loraMethod, ia3Method, promptMethod, prefixMethod]

/** Prompts are told apart from the head by what precedes the head's names. */
const headPrefixBesidePrompts = 'base_model.'

/** Throws where the strategy is none that PEFT has: `exportFormats` of its description says so. */
export function writePeft(source: PeftSource): FolderContent {
  const { strategy, config, outputs, parameters, baseModel } = source
  if (strategy === 'llama-adapter') return toAdaptionPrompt(source)
  const method = methods.find((candidate) => candidate.strategy === strategy)
  if (!method) throw new Error(`needs a strategy that PEFT has; has ${strategy}`)
  const headNames = headOf(config, outputs)
  const isHead = ([name]: [string, FloatArray]) => headNames.has(name)
  const entries = Object.entries(parameters)
  const own = method.write({ ...source, parameters: Object.fromEntries(entries.filter((entry) => !isHead(entry))) })
  const head = entries.filter(isHead).map(([name, array]) => [name, turnMatrix(array)] as const)
  const [prefix, headPrefix] = prefixesOf(method)
  const tensors = Object.fromEntries([
    ...Object.entries(own.tensors).map(([name, array]) => [prefix + name, array] as const),
    ...head.map(([name, array]) => [headPrefix + name, array] as const),
  ])
  const described = {
    ...describeAdapter(method.type, outputs, baseModel),
    ...own.described,
    ...(outputs !== null && { modules_to_save: modulesToSave(config, Object.keys(parameters)) }),
  }
  return {
    [adapterConfigFile]: encodeJson(described),
    [adapterFile]: encodeSafetensors(tensors, { format: 'pt' }),
  }
}

/**
 * The inverse of `writePeft`, which reads what PEFT itself wrote too. `outputs` null = the language-model head.
 * Throws `model-malformed`, or `model-unsupported` for what Fino would compute differently; the adapter's shapes are left
 * to be checked when the values are assigned.
 */
export function readPeft(
  described: Readonly<Record<string, unknown>>,
  adapter: Uint8Array,
  config: ModelConfig,
  outputs: number | null,
): PeftReading {
  checkTask(described, outputs)
  if (described.peft_type === 'ADAPTION_PROMPT')
    return { strategy: 'llama-adapter', ...fromAdaptionPrompt(described, adapter, config) }
  const method = methods.find(({ types }) => types.includes(String(described.peft_type)))
  if (!method) {
    const known = [...methods.flatMap(({ types }) => types), 'ADAPTION_PROMPT'].join(', ')
    throw new Failure(
      'model-unsupported',
      `${adapterConfigFile} describes ${String(described.peft_type)}; Fino reads ${known}. ${elsewhere}`,
    )
  }
  const headNames = headOf(config, outputs)
  const own: Record<string, FloatArray> = {}
  const head: Record<string, FloatArray> = {}
  const unknown: string[] = []
  const [prefix, headPrefix] = prefixesOf(method)
  for (const [name, { shape, data }] of Object.entries(decodeSafetensors(adapter).tensors)) {
    const headName = name.startsWith(headPrefix) ? name.slice(headPrefix.length) : ''
    if (data instanceof Int32Array) unknown.push(name)
    else if (headNames.has(headName)) head[headName] = turnMatrix({ shape, data })
    else if (name.startsWith(prefix) && method.owns(name)) own[name.slice(prefix.length)] = { shape, data }
    else unknown.push(name)
  }
  if (unknown.length > 0)
    throw new Failure(
      'model-unsupported',
      `${adapterFile} holds ${unknown.slice(0, 4).join(', ')}${unknown.length > 4 ? ` and ${unknown.length - 4} more` : ''}, which Fino does not train with ${method.strategy} on ${config.architecture}. ${elsewhere}`,
    )
  if (Object.keys(own).length === 0)
    throw new Failure('model-malformed', `${adapterFile} holds nothing of ${method.type}. Save the adapter again.`)
  const { options, values } = method.read({ described, tensors: own, config })
  const pooler = config.architecture === 'bert' && outputs !== null
  return {
    strategy: method.strategy,
    options: { ...options, ...(pooler && { trainPooler: `${poolerName}.weight` in head }) },
    values: { ...values, ...head },
  }
}

function prefixesOf({ beside }: PeftMethod): readonly [own: string, head: string] {
  return beside === 'prompt' ? ['', headPrefixBesidePrompts] : [adapterPrefix, adapterPrefix]
}

/** Names of all that may train besides the adapter. */
function headOf(config: ModelConfig, outputs: number | null): ReadonlySet<string> {
  if (outputs === null) return new Set()
  const pooler = config.architecture === 'bert' ? [`${poolerName}.weight`, `${poolerName}.bias`] : []
  return new Set([...headTensors(config, outputs).map(({ name }) => name), ...pooler])
}

/** PEFT adds "classifier" and "score" by itself; named here so that the file says all that it holds. */
function modulesToSave({ architecture }: ModelConfig, names: readonly string[]): string[] {
  const pooler = names.some((name) => name.startsWith(`${poolerName}.`)) ? ['pooler'] : []
  return [...pooler, ...(architecture === 'distilbert' ? ['pre_classifier'] : []), 'classifier', 'score']
}

function checkTask({ task_type: task }: Readonly<Record<string, unknown>>, outputs: number | null): void {
  const need = taskOf(outputs)
  if (task !== undefined && task !== null && task !== need)
    throw new Failure(
      'model-unsupported',
      `${adapterConfigFile} says task_type "${String(task)}", where this problem needs "${need}". Choose an adapter for this problem.`,
    )
}
