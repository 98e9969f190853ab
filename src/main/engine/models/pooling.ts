/** One vector for a whole text, for models that are fitted outside the training loop. */
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { ModelConfig } from './config'
import { finalNorm, runBase } from './forward'
import { positionRead } from './heads'
import type { Pass } from './pass'
import type { Batch } from './tuned-model'

/** The mean over a text's tokens; an encoder's first token; a decoder's last. */
export type Pooling = 'mean' | 'cls' | 'last'

/** Those that make sense of this model, the best guess first. */
export function poolingsOf({ family }: ModelConfig): readonly Pooling[] {
  return family === 'encoder' ? ['mean', 'cls'] : ['mean', 'last']
}

/** [batch, 1, width], of the hidden states after a decoder's final normalization. */
export function poolTexts(pass: Pass, batch: Batch, pooling: Pooling): Tensor3D {
  return tf.tidy(() => {
    const hidden = runBase(pass, batch)
    const [texts, time, width] = hidden.shape
    if (pooling !== 'mean') {
      const state = finalNorm(pass, positionRead(pass, hidden, batch.attentionMask))
      return tf.reshape(state, [texts, 1, width])
    }
    const rows: Tensor2D = tf.reshape(hidden, [texts * time, width])
    const normalized = tf.reshape(finalNorm(pass, rows), [texts, time, width])
    const mask = tf.expandDims(batch.attentionMask, 2) // [batch, time, 1]
    return tf.div(tf.sum(tf.mul(normalized, mask), 1, true), tf.sum(mask, 1, true)) as Tensor3D
  })
}
