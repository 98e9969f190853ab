/**
 * DoRA (Liu et al. 2024, arXiv:2402.09353): each output's weights as a magnitude, which trains, times a direction, which
 * LoRA's difference turns: y = m / |V| (V x) + b with V = W + s B A and |V| over the inputs. As the paper's section 4.3
 * and PEFT have it, the norm is a constant in the gradient.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Parameter } from '../parameters'

/** Starts at the norms of the base's weights, so that nothing changes at first. */
export function createMagnitude(path: string, weight: Tensor2D): Parameter {
  return {
    name: `${path}.lora_magnitude_vector`,
    variable: tf.tidy(() => tf.variable(columnNorms(weight))), // [out]
    decays: false,
  }
}

export interface Decomposition {
  /** What the base makes of the input, dropout or not. */
  readonly output: Tensor2D // [rows, out]
  /** W x, without bias, of the input after dropout. */
  readonly own: Tensor2D // [rows, out]
  /** s B A x of the same input. */
  readonly difference: Tensor2D // [rows, out]
  readonly magnitude: Parameter
  /** W + s B A, outside the gradient. */
  turned(): Tensor // [in, out]
}

/** As PEFT adds it up, so that dropout leaves the base's own output alone. */
export function decompose({ output, own, difference, magnitude, turned }: Decomposition): Tensor2D {
  // Inside a custom gradient without inputs, nothing is recorded.
  const norms = tf.customGrad(() => ({ value: tf.tidy(() => columnNorms(turned())), gradFunc: () => [] }))()
  const share = tf.div(magnitude.variable, norms) // [out]
  return tf.add(output, tf.add(tf.mul(tf.sub(share, 1), own), tf.mul(share, difference)))
}

/** The weights that give the same outputs at once. */
export function mergeDecomposed(turned: Tensor2D, { variable }: Parameter): Tensor2D {
  return tf.mul(turned, tf.div(variable, columnNorms(turned)))
}

function columnNorms(weight: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(weight), 0)) // [in, out] -> [out]
}
