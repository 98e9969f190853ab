/** What a feed-forward layer does between its two linear maps. */
import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { Activation } from '../models/config'

export function activate(x: Tensor2D, activation: Activation): Tensor2D {
  if (activation === 'gelu') return gelu(x) as Tensor2D
  if (activation === 'gelu_new') return geluByTanh(x)
  return tf.relu(x)
}

/** x times the normal distribution function of x, by the error function (Hendrycks and Gimpel 2016). */
const gelu = tf.customGrad((...inputs) => {
  const [x, save] = inputs as [Tensor, GradSaveFunc]
  save([x])
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
