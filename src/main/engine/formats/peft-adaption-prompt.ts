/**
 * LLaMA-Adapter as PEFT stores it (ADAPTION_PROMPT, peft 0.21). PEFT leaves the head that reads a text out of such an
 * adapter: it lies beside it in head.safetensors, under the base model's names, to be loaded into the base first.
 */
import { Failure } from '../../../shared/failure'
import type { StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { type Arrays, type FloatArray, turnMatrix } from './arrays'
import type { FolderContent } from './folder'
import { adapterConfigFile, adapterFile, adapterPrefix, describeAdapter, elsewhere } from './peft-method'
import { decodeSafetensors, encodeSafetensors } from './safetensors'
import { encodeJson } from './text'

export const headFile = 'head.safetensors'

export interface AdaptionPrompt {
  readonly config: ModelConfig
  readonly outputs: number | null
  /** In engine layout under the names of the parameters: prompts, gates and head. */
  readonly parameters: Arrays
  readonly baseModel: string
}

/** The adapter's two files, and head.safetensors where the model reads texts. */
export function toAdaptionPrompt({ config, outputs, parameters, baseModel }: AdaptionPrompt): FolderContent {
  const entries = Object.entries(parameters)
  const adapter = entries.filter(([name]) => isAdapter(name))
  const head = entries.filter(([name]) => !isAdapter(name)).map(([name, array]) => [name, turnMatrix(array)] as const)
  const prompts = adapter.filter(([name]) => name.endsWith('.adaption_prompt'))
  const described = {
    ...describeAdapter('ADAPTION_PROMPT', outputs, baseModel),
    adapter_len: prompts[0]?.[1].shape[1],
    adapter_layers: prompts.length,
    target_modules: targetModule(config),
  }
  const stored = adapter.map(([name, array]) => [adapterPrefix + name, array] as const)
  return {
    [adapterConfigFile]: encodeJson(described),
    [adapterFile]: encodeSafetensors(Object.fromEntries(stored), { format: 'pt' }),
    ...(head.length > 0 && { [headFile]: encodeSafetensors(Object.fromEntries(head), { format: 'pt' }) }),
  }
}

/** The inverse of `toAdaptionPrompt`, the head apart: `fromHead` reads that. Throws `model-malformed` or `model-unsupported`. */
export function fromAdaptionPrompt(
  described: Readonly<Record<string, unknown>>,
  adapter: Uint8Array,
  config: ModelConfig,
): { options: StrategyOptions; values: Arrays } {
  const { adapter_len: length, adapter_layers: layers, target_modules: target } = described
  if (typeof length !== 'number' || typeof layers !== 'number')
    throw new Failure('model-malformed', `${adapterConfigFile} lacks adapter_len or adapter_layers. Save it again.`)
  if (target && target !== targetModule(config))
    throw new Failure(
      'model-unsupported',
      `The adapter changes "${String(target)}"; Fino reads "${targetModule(config)}". ${elsewhere}`,
    )
  const values: Record<string, FloatArray> = {}
  for (const [name, { shape, data }] of Object.entries(decodeSafetensors(adapter).tensors)) {
    if (!name.startsWith(adapterPrefix) || !isAdapter(name) || data instanceof Int32Array)
      throw new Failure(
        'model-malformed',
        `The adapter holds ${name}, which is no part of a LLaMA-Adapter. Save it again.`,
      )
    values[name.slice(adapterPrefix.length)] = { shape, data }
  }
  return { options: { layers, length, variant: 'peft' }, values }
}

/** What head.safetensors holds, in engine layout under the names of its parameters. */
export function fromHead(head: Uint8Array): Arrays {
  const { tensors } = decodeSafetensors(head)
  const floats = Object.entries(tensors).filter(([, { data }]) => data instanceof Float32Array)
  return Object.fromEntries(floats.map(([name, array]) => [name, turnMatrix(array as FloatArray)]))
}

function isAdapter(name: string): boolean {
  return /\.adaption_(prompt|gate)$/.test(name)
}

function targetModule({ architecture }: ModelConfig): string {
  return architecture === 'gpt2' ? 'attn' : 'self_attn'
}
