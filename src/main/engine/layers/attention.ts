/** Scaled dot-product attention with several heads (Vaswani et al. 2017), which may share keys and values (Ainslie et al. 2023). */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Mode } from '../models/tuned-model'
import { dropout } from './dropout'
import { multiply } from './products'

/** Rows of heads side by side -> heads apart: [batch * time, heads * size] -> [batch, heads, time, size]. */
export function splitHeads(rows: Tensor2D, batch: number, heads: number): Tensor4D {
  const [count, width] = rows.shape
  return tf.transpose(tf.reshape(rows, [batch, count / batch, heads, width / heads]) as Tensor4D, [0, 2, 1, 3])
}

/** The inverse of `splitHeads`. */
export function joinHeads(apart: Tensor4D): Tensor2D {
  const [batch, heads, time, size] = apart.shape
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), [batch * time, heads * size])
}

/** An alias, not an interface: it is returned from tf.tidy. */
export type KeysAndValues = {
  readonly keys: Tensor4D // [batch, key-value heads, length, size]
  readonly values: Tensor4D // [batch, key-value heads, length, size]
}

export interface AttentionInput extends KeysAndValues {
  readonly queries: Tensor4D // [batch, heads, time, size]
  /** Added to the scores: [batch, 1, time or 1, length]; absent = every key is seen. */
  readonly bias?: Tensor
  readonly dropoutRate: number
  readonly mode: Mode
}

/** Each position's mixture of the values it sees, [batch, heads, time, size]. Neighbouring heads share keys and values. */
export function attend({ queries, keys, values, bias, dropoutRate, mode }: AttentionInput): Tensor4D {
  const [batch, heads, time, size] = queries.shape
  const [, shared, length] = keys.shape
  const grouped = tf.reshape(tf.mul(queries, 1 / Math.sqrt(size)), [batch, shared, (heads / shared) * time, size])
  const products = multiply(grouped as Tensor4D, keys, true)
  const scores = tf.reshape(products, [batch, heads, time, length])
  const weights = dropout(tf.softmax(bias ? tf.add(scores, bias) : scores), dropoutRate, mode)
  const mixed = multiply(tf.reshape(weights, [batch, shared, (heads / shared) * time, length]) as Tensor4D, values)
  return tf.reshape(mixed, [batch, heads, time, size])
}

/** Keys or values that all texts of a batch meet: [length, heads * size] -> [batch, heads, length, size]. */
export function shareAmong(batch: number, rows: Tensor2D, heads: number): Tensor4D {
  const once = splitHeads(rows, 1, heads)
  return batch === 1 ? once : tf.add(tf.zeros([batch, 1, 1, 1]), once)
}

/** `first` before `second` along the axis of positions. */
export function concatenate(first: KeysAndValues, second: KeysAndValues): KeysAndValues {
  if (first.keys.shape[2] === 0) return second
  return {
    keys: tf.concat([first.keys, second.keys], 2),
    values: tf.concat([first.values, second.values], 2),
  }
}
