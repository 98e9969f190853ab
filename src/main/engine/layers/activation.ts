/** What a feed-forward layer does between its two linear maps. */
import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { hasFused, runFused } from './fused'

/** By their names in config.json. The last two of the three gelu are one function under two names. */
export const activations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu', 'silu'] as const
export type Activation = (typeof activations)[number]

/** Value by value, of any number of rows. */
export function activate(x: Tensor2D, activation: Activation): Tensor2D {
  switch (activation) {
    case 'gelu':
      return gelu(x) as Tensor2D
    case 'gelu_new':
    case 'gelu_pytorch_tanh':
      return geluByTanh(x)
    case 'relu':
      return tf.relu(x)
    case 'silu':
      return tf.mul(x, tf.sigmoid(x))
    default:
      return activation satisfies never
  }
}

/** x times the normal distribution function of x, by the error function (Hendrycks and Gimpel 2016). */
const gelu = tf.customGrad((...inputs) => {
  const [x, save] = inputs as [Tensor, GradSaveFunc]
  save([x])
  if (hasFused('FinoGelu')) {
    const [value] = runFused('FinoGelu', { x })
    return {
      value,
      gradFunc: (dy: Tensor, [kept]: Tensor[]) => runFused('FinoGeluGradient', { x: kept as Tensor, dy })[0],
    }
  }
  // Without tidy, what is computed on the way would stay until the whole backward pass is over.
  const gradFunc = (dy: Tensor, saved: Tensor[]) =>
    tf.tidy(() => {
      const [input] = saved as [Tensor]
      const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI))
      return tf.mul(dy, tf.add(distribution(input), tf.mul(input, density)))
    })
  return { value: tf.mul(x, distribution(x)), gradFunc }
})

function distribution(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)
}

/** The approximation by the hyperbolic tangent that Hugging Face calls gelu_new. */
function geluByTanh(x: Tensor2D): Tensor2D {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1))
}
