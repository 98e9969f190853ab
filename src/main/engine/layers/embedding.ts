/** Tokens and their places as vectors. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

/** int32 [batch, time] -> [batch, time, width], rows of a table of [vocabulary, width]. */
export function lookUp(tokenIds: Tensor2D, table: Tensor): Tensor3D {
  const [batch, time] = tokenIds.shape
  return tf.reshape(tf.gather(table, tf.reshape(tokenIds, [batch * time])), [batch, time, table.shape[1] ?? 0])
}

/** Adds the table's rows from `first` on to the positions of [batch, time, width]. */
export function addPositions(x: Tensor3D, table: Tensor, first: number): Tensor3D {
  const [, time, width] = x.shape
  return tf.add(x, tf.slice(table as Tensor2D, [first, 0], [time, width]))
}

/** Adds the vector of token type 0: every text is a single one. */
export function addTokenType(x: Tensor3D, table: Tensor): Tensor3D {
  return tf.add(x, tf.slice(table as Tensor2D, [0, 0], [1, x.shape[2]]))
}
