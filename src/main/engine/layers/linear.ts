/** The affine map y = x W + b, with W held as [in, out]. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { hasFused, runFused } from './fused'
import { multiply } from './products'

/** Batch and time come flattened into rows, since only 2-D products are fast on every backend. */
export function linear(x: Tensor2D, weight: Tensor, bias?: Tensor): Tensor2D {
  if (bias && hasFused('FinoLinear')) return runFused('FinoLinear', { x, weight, bias })[0] as Tensor2D
  const product = multiply(x, weight as Tensor2D) // [rows, in] x [in, out] -> [rows, out]
  return bias ? tf.add(product, bias) : product
}

// Registered, not a customGrad: each share is then computed only where something below it trains.
tf.registerGradient({
  kernelName: 'FinoLinear',
  inputsToSave: ['x', 'weight'],
  gradFunc: (dy, saved) => {
    const [x, weight] = saved as [Tensor2D, Tensor2D]
    const upstream = dy as Tensor2D // [rows, out]
    return {
      x: () => tf.matMul(upstream, weight, false, true),
      weight: () => tf.matMul(x, upstream, true, false),
      bias: () => tf.sum(upstream, 0),
    }
  },
})
