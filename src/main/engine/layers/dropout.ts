/** Dropout (Srivastava et al. 2014), with masks from the engine's own generator, so that every backend drops the same. */
import type { Tensor } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Mode } from '../models/tuned-model'
import type { Random, RandomState } from '../random'
import { hasFused, runFused } from './fused'

/** Returns x itself outside training. `rate` is the share of values set to zero, in steps of 1/65536. */
export function dropout<Rank extends Tensor>(x: Rank, rate: number, mode: Mode): Rank {
  if (!mode.training || rate === 0) return x
  if (hasFused('FinoDropout')) return fusedDropout(x, rate, mode.random)
  return tf.mul(x, tf.tensor(dropoutMask(x.size, rate, mode.random), x.shape, 'float32'))
}

/** The mask is drawn where it is used, once more for the gradient: it never lies in memory. */
function fusedDropout<Rank extends Tensor>(x: Rank, rate: number, random: Random): Rank {
  const { threshold, kept } = scaleOf(rate)
  const before = random.state()
  const drawn = (input: Tensor) => {
    const state = Uint32Array.from(before)
    const [value] = runFused('FinoDropout', { x: input }, { threshold, kept, state })
    return { value, state }
  }
  const operation = tf.customGrad((...inputs) => {
    const { value, state } = drawn(inputs[0] as Tensor)
    random.restore([...state] as unknown as RandomState)
    return { value, gradFunc: (dy: Tensor) => drawn(dy).value }
  })
  return operation(x) as Rank
}

/** Zeros, and the inverse of the share that is kept. Two values for each draw of 32 bits. */
export function dropoutMask(size: number, rate: number, random: Random): Float32Array {
  const { threshold, kept } = scaleOf(rate)
  const mask = new Float32Array(size)
  const [word] = new Int32Array(Float32Array.of(kept).buffer) as unknown as [number]
  random.fillFrom(threshold, word, new Int32Array(mask.buffer))
  return mask
}

function scaleOf(rate: number): { threshold: number; kept: number } {
  const threshold = Math.round(rate * 0x10000)
  return { threshold, kept: 0x10000 / (0x10000 - threshold) }
}
