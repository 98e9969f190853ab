/** One of PEFT's methods as its folders store it. */
import { Failure } from '../../../shared/failure'
import type { ModelStrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import type { Arrays } from './arrays'

type Described = Readonly<Record<string, unknown>>

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
    throw new Failure('model-unsupported', `adapter_config.json asks for ${shown}, which Fino does not compute.`)
  }
}

function isOn(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return ![null, undefined, false, 0, '', 'none'].includes(value as null)
}
