/** Bidirectional scaled dot-product attention with several heads (Vaswani et al. 2017, section 3.2). */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Mode } from '../models/tuned-model'
import { dropout } from './dropout'
import { multiply } from './products'

/** The smallest float32: added to a padded key's score. Not -Infinity, which makes NaN of a row that is all padding. */
const smallest = -3.4028234663852886e38

/** Turns a mask of ones and zeros into what is added to every score. */
export function attentionBias(attentionMask: Tensor2D): Tensor4D {
  const [batch, time] = attentionMask.shape
  return tf.reshape(tf.mul(tf.sub(1, attentionMask), smallest), [batch, 1, 1, time])
}

export interface AttentionInput {
  readonly query: Tensor2D // [batch * time, width]
  readonly key: Tensor2D // [batch * time, width]
  readonly value: Tensor2D // [batch * time, width]
  readonly bias: Tensor4D // [batch, 1, 1, time]
  readonly heads: number
  readonly dropoutRate: number
  readonly mode: Mode
}

/** Each position's mixture of all values, heads side by side again. */
export function attend({ query, key, value, bias, heads, dropoutRate, mode }: AttentionInput): Tensor2D {
  const [batch, , , time] = bias.shape
  const width = query.shape[1]
  const size = width / heads
  const split = (x: Tensor, axes: number[]): Tensor4D =>
    tf.transpose(tf.reshape(x, [batch, time, heads, size]) as Tensor4D, axes)
  const queries = split(tf.mul(query, 1 / Math.sqrt(size)), [0, 2, 1, 3]) // [batch, heads, time, size]
  const keys = split(key, [0, 2, 3, 1]) // [batch, heads, size, time]
  const values = split(value, [0, 2, 1, 3]) // [batch, heads, time, size]
  const scores = tf.add(multiply(queries, keys), bias) as Tensor4D // [batch, heads, time, time]
  const weights = dropout(tf.softmax(scores), dropoutRate, mode)
  const mixed = multiply(weights, values) // [batch, heads, time, size]
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * time, width])
}
