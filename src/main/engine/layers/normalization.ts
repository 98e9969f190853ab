/** Layer normalization (Ba, Kiros and Hinton 2016) and that by the root mean square (Zhang and Sennrich 2019), over the last axis. */
import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { hasFused, runFused } from './fused'

/** `standardize`, times gain, plus bias: [rows, width] with vectors of [width]. */
export function normalize(x: Tensor2D, gain: Tensor, bias: Tensor, epsilon: number): Tensor2D {
  if (!hasFused('FinoNormalize')) return tf.add(tf.mul(standardize(x, epsilon), gain), bias)
  const operation = tf.customGrad((...inputs) => {
    const [input, factor, shift, save] = inputs as [Tensor2D, Tensor, Tensor, GradSaveFunc]
    const [value, statistics] = runFused('FinoNormalize', { x: input, gain: factor, bias: shift }, { epsilon })
    save([input, statistics, factor])
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [kept, rows, by] = saved as [Tensor, Tensor, Tensor]
      return runFused('FinoNormalizeGradient', { x: kept, statistics: rows, gain: by, dy })
    }
    return { value, gradFunc }
  })
  return operation(x, gain, bias) as Tensor2D
}

/** (x - mean) / sqrt(variance + epsilon), row by row, with the gradient in one short formula instead of a dozen steps. */
function standardize(x: Tensor2D, epsilon: number): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const [input, save] = inputs as [Tensor2D, GradSaveFunc]
    const centred = tf.sub(input, tf.mean(input, -1, true))
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)) // [rows, 1]
    const standard = tf.mul(centred, inverse)
    save([standard, inverse])
    // Without tidy, what is computed on the way would stay until the whole backward pass is over.
    const gradFunc = (dy: Tensor, saved: Tensor[]) =>
      tf.tidy(() => {
        const [y, scale] = saved as [Tensor2D, Tensor2D]
        const along = tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))
        return tf.mul(scale, tf.sub(tf.sub(dy, tf.mean(dy, -1, true)), along))
      })
    return { value: standard, gradFunc }
  })
  return operation(x) as Tensor2D
}

/** x / sqrt(mean square + epsilon), without centring: LLaMA's family. */
export function normalizeMeanSquare(x: Tensor2D, gain: Tensor, epsilon: number): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const [input, save] = inputs as [Tensor2D, GradSaveFunc]
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), epsilon)) // [rows, 1]
    const scaled = tf.mul(input, inverse)
    save([scaled, inverse])
    const gradFunc = (dy: Tensor, saved: Tensor[]) =>
      tf.tidy(() => {
        const [y, scale] = saved as [Tensor2D, Tensor2D]
        return tf.mul(scale, tf.sub(dy, tf.mul(y, tf.mean(tf.mul(dy, y), -1, true))))
      })
    return { value: scaled, gradFunc }
  })
  return tf.mul(operation(x), gain) as Tensor2D
}
