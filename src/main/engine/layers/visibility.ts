/** Which keys a query sees, as what is added to their scores. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/** The smallest float32: added to an unseen key's score. Not -Infinity, which makes NaN of a row that is all padding. */
const smallest = -3.4028234663852886e38

/** Puts `count` ones before each row of a mask: positions that are no text and that everyone sees. */
export function widenMask(mask: Tensor2D, count: number): Tensor2D {
  return count === 0 ? mask : tf.concat([tf.ones([mask.shape[0], count]), mask], 1)
}

/** For encoders: every position sees every key but padding. [batch, length] -> [batch, 1, 1, length]. */
export function paddingBias(mask: Tensor2D): Tensor {
  const [batch, length] = mask.shape
  return tf.reshape(tf.mul(tf.sub(1, mask), smallest), [batch, 1, 1, length])
}

/**
 * For decoders: the last `time` of `length` positions see themselves and what is before them, padding apart, and with a
 * window (Beltagy et al. 2020) only the last `window` of those. [batch, length] -> [batch, 1, time, length].
 */
export function causalBias(mask: Tensor2D, time: number, window: number | null): Tensor {
  const [batch, length] = mask.shape
  const seen = new Float32Array(time * length)
  for (let row = 0; row < time; row++) {
    const position = length - time + row
    const first = window === null ? 0 : Math.max(0, position - window + 1)
    seen.fill(1, row * length + first, row * length + position + 1)
  }
  const visible = tf.mul(tf.reshape(mask, [batch, 1, 1, length]), tf.tensor(seen, [1, 1, time, length]))
  return tf.mul(tf.sub(1, visible), smallest)
}
