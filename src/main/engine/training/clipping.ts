/** Gradients by parameter name: their norm, and clipping by it as torch.nn.utils.clip_grad_norm_. */
import { add, addN, div, minimum, type Scalar, scalar, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core'

import { hasFused, runFused } from '../layers/fused'

export type Gradients = Readonly<Record<string, Tensor>>

/** Euclidean norm over all gradients together. */
export function globalNorm(gradients: Gradients): Scalar {
  return sqrt(addN(Object.values(gradients).map((gradient) => sumOfSquares(gradient)))) as Scalar
}

/** What every gradient is multiplied by so that their norm stays within `clipNorm` (> 0). */
export function clipFactor(norm: Scalar, clipNorm: number): Scalar {
  return minimum(scalar(1), div(scalar(clipNorm), add(norm, scalar(1e-6)))) as Scalar
}

function sumOfSquares(gradient: Tensor): Tensor {
  return hasFused('FinoSumOfSquares') ? runFused('FinoSumOfSquares', { x: gradient })[0] : sum(square(gradient))
}
