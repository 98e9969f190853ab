/** PEFT's adapter folders (huggingface/peft 0.21): adapter_config.json and adapter_model.safetensors. */
import { Failure } from '../../../shared/failure'
import type { EncoderConfig } from '../models/config'
import type { LoraSettings } from '../strategies/lora'
import { type Arrays, type FloatArray, transposeArray } from './arrays'
import type { FolderContent } from './folder'
import { decodeSafetensors, encodeSafetensors } from './safetensors'
import { encodeJson } from './text'

export const adapterConfigFile = 'adapter_config.json'
export const adapterFile = 'adapter_model.safetensors'
const prefix = 'base_model.model.'

export interface LoraAdapter {
  readonly settings: Pick<LoraSettings, 'rank' | 'alpha' | 'dropout' | 'targets'>
  /** All that was trained, in engine layout under the names of its parameters: lora_A, lora_B, head and pooler. */
  readonly parameters: Arrays
}

/** `baseModel` is the name or folder that a reader of the adapter should load first. */
export function toPeft({ settings, parameters }: LoraAdapter, config: EncoderConfig, baseModel: string): FolderContent {
  const tensors = Object.entries(parameters).map(([name, array]) => [prefix + name, turn(array)] as const)
  return {
    [adapterConfigFile]: encodeJson(adapterConfig(settings, modulesToSave(config, parameters), baseModel)),
    [adapterFile]: encodeSafetensors(Object.fromEntries(tensors), { format: 'pt' }),
  }
}

/** The inverse of `toPeft`. Throws `model-malformed` or `model-unsupported`. */
export function fromPeft(configJson: Readonly<Record<string, unknown>>, adapter: Uint8Array): LoraAdapter {
  const { tensors } = decodeSafetensors(adapter)
  const parameters: Record<string, FloatArray> = {}
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (!name.startsWith(prefix) || data instanceof Int32Array)
      throw new Failure('model-malformed', `${adapterFile} holds ${name}, which is no part of a LoRA adapter.`)
    parameters[name.slice(prefix.length)] = turn({ shape, data })
  }
  return { settings: readSettings(configJson), parameters }
}

/** Only matrices differ between the layouts; vectors stay. */
function turn(array: FloatArray): FloatArray {
  return array.shape.length === 2 ? transposeArray(array) : array
}

/** PEFT adds "classifier" and "score" by itself; named here so that the file says all that it holds. */
function modulesToSave({ architecture }: EncoderConfig, parameters: Arrays): string[] {
  if (architecture === 'distilbert') return ['pre_classifier', 'classifier', 'score']
  const pooler = Object.keys(parameters).some((name) => name.startsWith('bert.pooler.'))
  return [...(pooler ? ['pooler'] : []), 'classifier', 'score']
}

function adapterConfig(
  { rank, alpha, dropout, targets }: LoraAdapter['settings'],
  saved: readonly string[],
  baseModel: string,
): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'SEQ_CLS',
    base_model_name_or_path: baseModel,
    revision: null,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    target_modules: targets,
    modules_to_save: saved,
    bias: 'none',
    fan_in_fan_out: false,
    use_rslora: false,
    use_dora: false,
  }
}

function readSettings(json: Readonly<Record<string, unknown>>): LoraAdapter['settings'] {
  const { peft_type: type, r, lora_alpha: alpha, lora_dropout: dropout = 0, target_modules: targets } = json
  const variants = ['use_rslora', 'use_dora', 'rank_pattern', 'alpha_pattern', 'layers_to_transform']
  const used = variants.filter((name) => json[name] === true || Object.keys(Object(json[name])).length > 0)
  if (type !== 'LORA' || used.length > 0)
    throw new Failure(
      'model-unsupported',
      `${adapterConfigFile} describes ${type === 'LORA' ? `LoRA with ${used.join(', ')}` : String(type)}; Fino reads plain LoRA.`,
    )
  const numbers = [r, alpha, dropout].every((value) => typeof value === 'number')
  if (!numbers || !Array.isArray(targets))
    throw new Failure('model-malformed', `${adapterConfigFile} lacks r, lora_alpha or a list of target_modules.`)
  return {
    rank: r as number,
    alpha: alpha as number,
    dropout: dropout as number,
    targets: targets.map(String),
  }
}
