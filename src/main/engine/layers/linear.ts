/** The affine map y = x W + b, with W held as [in, out]. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { multiply } from './products'

/** Batch and time come flattened into rows, since only 2-D products are fast on every backend. */
export function linear(x: Tensor2D, weight: Tensor, bias?: Tensor): Tensor2D {
  const product = multiply(x, weight as Tensor2D) // [rows, in] x [in, out] -> [rows, out]
  return bias ? tf.add(product, bias) : product
}
