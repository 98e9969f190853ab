/** Dropout (Srivastava et al. 2014), with masks from the engine's own generator, so that every backend drops the same. */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Mode } from '../models/tuned-model'
import type { Random } from '../random'

/** Returns x itself outside training. `rate` is the share of values set to zero, in steps of 1/65536. */
export function dropout<Rank extends Tensor>(x: Rank, rate: number, mode: Mode): Rank {
  if (!mode.training || rate === 0) return x
  return tf.mul(x, tf.tensor(dropoutMask(x.size, rate, mode.random), x.shape, 'float32'))
}

/** Zeros, and the inverse of the share that is kept. Two values for each draw of 32 bits. */
export function dropoutMask(size: number, rate: number, random: Random): Float32Array {
  const threshold = Math.round(rate * 0x10000)
  const kept = 0x10000 / (0x10000 - threshold)
  const mask = new Float32Array(size)
  for (let index = 0; index < size; index += 2) {
    const bits = random.bits()
    if (bits >>> 16 >= threshold) mask[index] = kept
    if ((bits & 0xffff) >= threshold && index + 1 < size) mask[index + 1] = kept
  }
  return mask
}
