/** What a frozen model says of a text as a whole: one pass gives all that any strategy reads of it. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from './config'
import { finalNorm } from './forward'
import { positionRead } from './heads'
import type { Pass } from './pass'

/**
 * Rows of a text: the position that a head reads, as the last layer leaves it; the mean over its tokens after the last layer
 * (normalized); that mean, averaged over the last layers (of which a decoder normalizes the last alone).
 */
export const textRows = { position: 0, mean: 1, 'upper-mean': 2 } as const

/** `upper-mean` averages what comes after this layer, counted from 1, and after all above: four as in Devlin et al. 2019, table 7. */
export function firstAveraged({ layers }: ModelConfig): number {
  return Math.max(1, layers - 3)
}

/** Hidden states after each of the averaged layers, [batch, time, width], with their mask of [batch, time] -> [batch, rows, width]. */
export function sumUpTexts(pass: Pass, averaged: readonly Tensor3D[], mask: Tensor2D): Tensor3D {
  return tf.tidy(() => {
    const last = averaged.at(-1) as Tensor3D
    const [batch, time, width] = last.shape
    const normalized = tf.reshape(finalNorm(pass, tf.reshape(last, [batch * time, width])), [batch, time, width])
    const share = tf.expandDims(tf.div(mask, tf.sum(mask, 1, true)), 2) // [batch, time, 1]
    const meanOf = (hidden: Tensor) => tf.sum(tf.mul(hidden, share), 1)
    const average = tf.div(tf.addN([...averaged.slice(0, -1), normalized]), averaged.length)
    return tf.stack([positionRead(pass, last, mask), meanOf(normalized), meanOf(average)], 1) as Tensor3D
  })
}

/** One row of every text: [batch, width]. */
export function textRow(summary: Tensor3D, row: keyof typeof textRows): Tensor2D {
  const [batch, , width] = summary.shape
  return tf.tidy(() => tf.reshape(tf.slice(summary, [0, textRows[row], 0], [batch, 1, width]), [batch, width]))
}
