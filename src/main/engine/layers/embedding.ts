/** Tokens and their places as vectors. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

export interface EmbeddingTables {
  readonly words: Tensor // [vocabulary, width]
  readonly positions: Tensor // [maximum length, width]
  /** All tokens are of type 0, a single text. */
  readonly tokenTypes?: Tensor // [types, width]
}

/** Word + position (+ token type 0), rows ordered batch first. */
export function embedTokens(tokenIds: Tensor2D, { words, positions, tokenTypes }: EmbeddingTables): Tensor2D {
  const [batch, time] = tokenIds.shape
  const width = words.shape[1] ?? 0
  const flat = tf.reshape(tokenIds, [batch * time])
  const byWord = tf.reshape(tf.gather(words, flat), [batch, time, width])
  const byPosition = tf.slice(positions as Tensor2D, [0, 0], [time, width])
  const placed = tf.add(byWord, byPosition)
  const embedded = tokenTypes ? tf.add(placed, tf.slice(tokenTypes as Tensor2D, [0, 0], [1, width])) : placed
  return tf.reshape(embedded, [batch * time, width])
}
