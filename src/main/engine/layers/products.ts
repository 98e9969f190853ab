/** The one place that multiplies matrices. */
import * as tf from '@tensorflow/tfjs-core'

/**
 * The product of two tensors of one rank: [..., m, k] x [..., k, n] -> [..., m, n], with equal leading axes. Each side's
 * gradient is computed only where something below it trains.
 * @param transposeB b is [..., n, k]
 */
export function multiply<Rank extends tf.Tensor>(a: Rank, b: Rank, transposeB = false): Rank {
  return tf.matMul(a, b, false, transposeB)
}
