/** Scores of every token of the vocabulary, by a table of [vocabulary, width] such as the embeddings (Press and Wolf 2017). */
import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/** [rows, width] -> [rows, vocabulary]. The table, the largest tensor of all, is never turned round, nor in the gradient. */
export function scoreVocabulary(x: Tensor2D, table: Tensor): Tensor2D {
  // A frozen table is no input, so that its gradient is not computed.
  return table instanceof tf.Variable ? (byTrained(x, table) as Tensor2D) : byFrozen(x, table as Tensor2D)
}

function byFrozen(x: Tensor2D, table: Tensor2D): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const [rows] = inputs as [Tensor2D]
    return { value: scores(rows, table), gradFunc: (dy: Tensor) => tf.matMul(dy as Tensor2D, table) }
  })
  return operation(x) as Tensor2D
}

const byTrained = tf.customGrad((...inputs) => {
  const [rows, table, save] = inputs as [Tensor2D, Tensor2D, GradSaveFunc]
  save([rows, table])
  const gradFunc = (dy: Tensor, saved: Tensor[]) => {
    const [x, kept] = saved as [Tensor2D, Tensor2D]
    const upstream = dy as Tensor2D // [rows, vocabulary]
    return [tf.matMul(upstream, kept), tf.tidy(() => tf.matMul(tf.transpose(upstream), x))]
  }
  return { value: scores(rows, table), gradFunc }
})

function scores(x: Tensor2D, table: Tensor2D): Tensor2D {
  return tf.tidy(() => tf.transpose(tf.matMul(table, tf.transpose(x))))
}
