/** What a frozen model says of a text as a whole: one pass gives all that any strategy reads of it. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { finalNorm } from './forward'
import { positionRead } from './heads'
import type { Pass } from './pass'

/** Rows of a text: the position that a head reads, as the last layer leaves it, and the mean over the normalized tokens. */
export const textRows = { position: 0, mean: 1 } as const

/** Hidden states of [batch, time, width] with their mask of [batch, time] -> [batch, rows, width]. */
export function sumUpTexts(pass: Pass, hidden: Tensor3D, mask: Tensor2D): Tensor3D {
  return tf.tidy(() => {
    const [batch, time, width] = hidden.shape
    const normalized = tf.reshape(finalNorm(pass, tf.reshape(hidden, [batch * time, width])), [batch, time, width])
    const share = tf.expandDims(tf.div(mask, tf.sum(mask, 1, true)), 2) // [batch, time, 1]
    return tf.stack([positionRead(pass, hidden, mask), tf.sum(tf.mul(normalized, share), 1)], 1) as Tensor3D
  })
}

/** One row of every text: [batch, width]. */
export function textRow(summary: Tensor3D, row: keyof typeof textRows): Tensor2D {
  const [batch, , width] = summary.shape
  return tf.tidy(() => tf.reshape(tf.slice(summary, [0, textRows[row], 0], [batch, 1, width]), [batch, width]))
}
