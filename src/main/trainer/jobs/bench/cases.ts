/** What is measured: models of known shapes with random weights, batches of one length, a strategy each. */

import type { ModelStrategyId, StrategyOptions } from '../../../../shared/strategy'
import { type ModelConfig, parseConfig } from '../../../engine/models/config'

export const modelNames = ['encoder-small', 'encoder-base', 'decoder'] as const
export type ModelName = (typeof modelNames)[number]

export const lengths = [64, 128, 512] as const

/** As the issue of speed names them; others can be asked for. */
export const usualStrategies = [
  'full',
  'lora',
  'prefix-tuning',
  'bottleneck-adapter',
  'llama-adapter',
  'head-only',
  'feature-based',
] as const satisfies readonly ModelStrategyId[]

/** Where the base is frozen whole, its pass over a batch is all there is to time: it runs once per text, and never again. */
export type Timed = 'step' | 'pass'

/** What both sides are told: all that decides the work. */
export interface StepCase {
  readonly model: ModelName
  /** A config.json. */
  readonly config: Readonly<Record<string, unknown>>
  readonly strategy: ModelStrategyId
  readonly options: StrategyOptions
  /** `response`: next-token loss on the second half of each text; `class`: one of four. */
  readonly target: 'class' | 'response'
  readonly timed: Timed
  readonly batchSize: number
  /** Tokens of each text. */
  readonly length: number
  /** Of our side alone. */
  readonly recomputeLayers?: boolean
}

export const batchSize = 16

const bert = (width: number, layers: number) => ({
  model_type: 'bert',
  vocab_size: 30_522,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: 12,
  intermediate_size: 4 * width,
  // Room for virtual tokens before texts of 512.
  max_position_embeddings: 1024,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  pad_token_id: 0,
})

/** config.json of each. */
export const models: Readonly<Record<ModelName, Readonly<Record<string, unknown>>>> = {
  'encoder-small': bert(384, 6),
  'encoder-base': bert(768, 12),
  // SmolLM-135M's layers, of which it has 30.
  decoder: {
    model_type: 'llama',
    vocab_size: 49_152,
    hidden_size: 576,
    num_hidden_layers: 12,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    attention_dropout: 0.1,
    bos_token_id: 0,
    eos_token_id: 0,
  },
}

/** Null where the strategy does not fit the model. */
export function stepCase(model: ModelName, strategy: ModelStrategyId, length: number): StepCase | null {
  const readsText = strategy === 'head-only' || strategy === 'feature-based'
  if (model === 'decoder' && readsText) return null
  return {
    model,
    config: models[model],
    strategy,
    options: optionsOf(model, strategy),
    target: model === 'decoder' ? 'response' : 'class',
    timed: readsText ? 'pass' : 'step',
    batchSize,
    length,
  }
}

/** Where they are not the defaults: adapters in the top third of the layers, prefixes trained as such. */
export function optionsOf(model: ModelName, strategy: ModelStrategyId): StrategyOptions {
  if (strategy === 'llama-adapter') return { layers: Number(models[model].num_hidden_layers) / 3 }
  return strategy === 'prefix-tuning' ? { virtualTokens: 20, reparameterized: false } : {}
}

/**
 * Operations of matrix products that the timed work needs at least: 2 a weight and token, both products of attention, and
 * the language-model head where a token is answered. A backward pass to a layer's inputs costs a forward one again, one to
 * its weights another. What lies below the lowest change is computed once per text and is no part of a step.
 */
export function operations({ config: source, strategy, options, target, timed, batchSize, length }: StepCase): number {
  const config = parseConfig(source)
  const layers = strategy === 'llama-adapter' ? Number(options.layers) : config.layers
  const passes = timed === 'pass' ? 1 : strategy === 'full' ? 3 : 2
  const head = target === 'response' ? (length / 2) * 2 * config.width * config.vocabularySize : 0
  return passes * batchSize * (layers * length * layerOperations(config, length) + head)
}

/** A token's, forward. */
function layerOperations(config: ModelConfig, length: number): number {
  const { width, heads, keyValueHeads, headSize, feedForwardWidth } = config
  const attention = 2 * width * (heads + keyValueHeads) * headSize
  const feedForward = (config.architecture === 'llama' ? 3 : 2) * width * feedForwardWidth
  return 2 * (attention + feedForward) + 4 * length * heads * headSize
}
