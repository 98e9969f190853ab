/** One of PEFT's methods as its folders store it. */
import { Failure } from '../../../shared/failure'
import type { ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import type { Arrays } from './arrays'

export const adapterConfigFile = 'adapter_config.json'
export const adapterFile = 'adapter_model.safetensors'
/** Precedes the names of tensors that lie within the base model's modules. */
export const adapterPrefix = 'base_model.model.'

type Described = Readonly<Record<string, unknown>>

/** What adapter_config.json says of any method. `outputs` null = the language-model head. */
export function describeAdapter(type: string, outputs: number | null, baseModel: string): Described {
  return {
    peft_type: type,
    task_type: taskOf(outputs),
    base_model_name_or_path: baseModel,
    revision: null,
    inference_mode: true,
  }
}

export function taskOf(outputs: number | null): 'CAUSAL_LM' | 'SEQ_CLS' {
  return outputs === null ? 'CAUSAL_LM' : 'SEQ_CLS'
}

export interface PeftMethod {
  /** peft_type as Fino writes it. */
  readonly type: string
  /** Every peft_type that is read. */
  readonly types: readonly string[]
  readonly strategy: ModelStrategyId
  /** Adapters lie within the base model's modules; prompts are one tensor beside it. */
  readonly beside: 'modules' | 'prompt'
  /** Whether a tensor of the file is the method's own, by its whole name. */
  owns(name: string): boolean
  /** `parameters` without the head; the tensors come back in the files' layout under PEFT's names, without its prefix. */
  write(source: {
    readonly options: StrategyOptions
    readonly config: ModelConfig
    readonly outputs: number | null
    readonly parameters: Arrays
  }): { readonly described: Described; readonly tensors: Arrays }
  /** The inverse, of the method's own tensors. Throws `model-malformed` or `model-unsupported`. */
  read(source: { readonly described: Described; readonly tensors: Arrays; readonly config: ModelConfig }): {
    readonly options: StrategyOptions
    readonly values: Arrays
  }
}

/** Keys that say where an adapter comes from, not what it computes. */
const harmless = [
  'auto_mapping',
  'base_model_name_or_path',
  'inference_mode',
  'modules_to_save',
  'peft_type',
  'peft_version',
  'revision',
  'task_type',
]

/** What remains for an adapter that Fino does not read. */
export const elsewhere = 'Use it in Python with peft, or train one here.'

/**
 * Throws `model-unsupported` where the file switches something on that Fino does not know: anything but null, false, 0, "",
 * "none", an empty list or object, whatever PEFT's version.
 */
export function refuseUnknown(described: Described, known: readonly string[]): void {
  const unknown = Object.entries(described).filter(
    ([key, value]) => !harmless.includes(key) && !known.includes(key) && isOn(value),
  )
  if (unknown.length > 0) {
    const shown = unknown.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(', ')
    throw new Failure(
      'model-unsupported',
      `${adapterConfigFile} asks for ${shown}, which Fino does not compute. ${elsewhere}`,
    )
  }
}

function isOn(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return ![null, undefined, false, 0, '', 'none'].includes(value as null)
}
