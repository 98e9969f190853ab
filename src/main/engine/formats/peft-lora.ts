/** LoRA, rsLoRA and DoRA as PEFT stores them. */
import { Failure } from '../../../shared/failure'
import { readLoraSettings } from '../strategies/lora'
import { type FloatArray, turnMatrix } from './arrays'
import { adapterConfigFile, type PeftMethod, refuseUnknown } from './peft-method'
import { findTargets } from './peft-targets'

/** What of the file Fino reads, and what speaks of training or of details that decide nothing here. */
const known = [
  ...['r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'use_dora', 'fan_in_fan_out'],
  ...['layers_to_transform', 'layers_pattern', 'exclude_modules', 'init_lora_weights'],
  ...['megatron_core', 'qalora_group_size', 'eva_config'],
]
/** Starts that leave the base model's weights as they were. */
const plainStarts = [true, false, undefined, null, 'gaussian', 'orthogonal', 'eva']

export const loraMethod: PeftMethod = {
  type: 'LORA',
  types: ['LORA'],
  strategy: 'lora',
  beside: 'modules',
  owns: (name) => /\.(lora_[AB]\.weight|lora_magnitude_vector)$/.test(name),
  write({ options, config, outputs, parameters }) {
    const settings = readLoraSettings(config, outputs, options)
    const { rank, alpha, dropout, targets, rankStabilized, decomposed, firstLayer } = settings
    const upper = Array.from({ length: config.layers - firstLayer }, (_, index) => firstLayer + index)
    return {
      described: {
        r: rank,
        lora_alpha: alpha,
        lora_dropout: dropout,
        target_modules: targets,
        ...(firstLayer > 0 && { layers_to_transform: upper }),
        bias: 'none',
        fan_in_fan_out: config.architecture === 'gpt2',
        use_rslora: rankStabilized,
        use_dora: decomposed,
      },
      tensors: turnAll(parameters),
    }
  },
  read({ described, tensors, config }) {
    refuseUnknown(described, known)
    const { r: rank, lora_alpha: alpha, lora_dropout: dropout = 0, init_lora_weights: start } = described
    if (![rank, alpha, dropout].every((value) => typeof value === 'number'))
      throw new Failure('model-malformed', `${adapterConfigFile} lacks r or lora_alpha. Save the adapter again.`)
    if (!plainStarts.some((plain) => plain === start))
      throw new Failure(
        'model-unsupported',
        `The adapter starts from a changed base model (init_lora_weights ${JSON.stringify(start)}), which Fino does not make. Convert it to plain LoRA when saving it.`,
      )
    const { targets, firstLayer } = findTargets(config, tensors, '.lora_A.weight', described.target_modules)
    return {
      options: {
        rank: rank as number,
        alpha: alpha as number,
        dropout: dropout as number,
        targets,
        rankStabilized: described.use_rslora === true,
        decomposed: described.use_dora === true,
        upperLayers: firstLayer === 0 ? 0 : config.layers - firstLayer,
      },
      values: turnAll(tensors),
    }
  },
}

function turnAll(arrays: Readonly<Record<string, FloatArray>>): Record<string, FloatArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, turnMatrix(array)]))
}
