/** What a forward pass carries along, and the places where a strategy takes part in it. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { attend, concatenate, joinHeads, type KeysAndValues, shareAmong } from '../layers/attention'
import { dropout } from '../layers/dropout'
import { linear } from '../layers/linear'
import { normalize, normalizeMeanSquare } from '../layers/normalization'
import type { Angles } from '../layers/rotary'
import { tensorOf, type Weights } from '../parameters'
import type { Adaptation, AttentionPrefix, Meeting, Sublayer } from '../strategies/adaptation'
import type { ModelConfig } from './config'
import type { Mode } from './tuned-model'
import { modulePath, type Projection } from './weights'

/** The part of an adaptation that the forward pass calls. */
export type Hooks = Omit<Adaptation, 'parameters' | 'constantDepth' | 'merge'>

/** All that a forward pass needs besides its input. */
export interface Pass<Config extends ModelConfig = ModelConfig> {
  readonly config: Config
  readonly weights: Weights
  readonly mode: Mode
  readonly hooks: Hooks
}

/** What a layer needs to know of the texts besides their rows. */
export interface View {
  readonly batch: number
  /** Which keys each query sees: those of a prefix in the same softmax first, then the texts' own. */
  readonly bias: Tensor // [batch, 1, time or 1, keys]
  readonly prefix?: AttentionPrefix | undefined
  /** Rotary positions of the rows. */
  readonly angles?: Angles | undefined
  /** Whether the texts' first position is all that is read of the layer; it still sees the others. */
  readonly firstOnly?: boolean
  /** Keys and values of what was read before. */
  readonly past?: KeysAndValues | undefined
}

/** One linear module of a layer with what the strategy makes of it. */
export function project(pass: Pass, layer: number, projection: Projection, input: Tensor2D): Tensor2D {
  const { config, weights, hooks, mode } = pass
  const path = modulePath(config, layer, projection)
  const site = { layer, projection, path }
  const read = hooks.projecting?.(site, input, mode) ?? input
  const output = linear(read, tensorOf(weights, `${path}.weight`), weights[`${path}.bias`])
  return hooks.projected?.(site, input, output, mode) ?? output
}

/** What attention gives to its sum: the mixture of values seen, by head, through the output projection and dropout. */
export function attentionOutput(
  pass: Pass,
  layer: number,
  { prefix, bias, batch }: View,
  { queries, keys, values }: KeysAndValues & { readonly queries: tf.Tensor4D },
  dropoutRate: number,
): Tensor2D {
  const { config, mode } = pass
  const seen = { queries, keys, values, bias, dropoutRate: config.attentionDropout, mode }
  const output = (mixed: tf.Tensor4D) =>
    dropout(project(pass, layer, 'attentionOutput', joinHeads(mixed)), dropoutRate, mode)
  if (!prefix) return output(attend(seen))
  const before: KeysAndValues = {
    keys: shareAmong(batch, prefix.keys, config.keyValueHeads),
    values: shareAmong(batch, prefix.values, config.keyValueHeads),
  }
  if (!prefix.gate) return output(attend({ ...seen, ...concatenate(before, { keys, values }) }))
  const gate = tf.reshape(prefix.gate, [1, prefix.gate.size, 1, 1])
  const gated = tf.mul(attend({ queries, ...before, dropoutRate: 0, mode }), gate) as tf.Tensor4D
  if (prefix.addedAfterOutput) return tf.add(output(attend(seen)), joinHeads(gated))
  return output(tf.add(attend(seen), gated))
}

/** The sum that closes a sublayer. */
export function join({ hooks, mode }: Pass, sublayer: Sublayer, meeting: Meeting): Tensor2D {
  return hooks.joined?.(sublayer, meeting, mode) ?? tf.add(meeting.output, meeting.residual)
}

/** The normalization of that name: LLaMA's family has no bias and does not centre. */
export function normalizeBy({ config, weights }: Pass, name: string, x: Tensor2D): Tensor2D {
  const gain = tensorOf(weights, `${name}.weight`)
  const bias = weights[`${name}.bias`]
  return bias ? normalize(x, gain, bias, config.normEpsilon) : normalizeMeanSquare(x, gain, config.normEpsilon)
}
