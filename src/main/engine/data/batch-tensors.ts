/** A padded batch as the tensors that a model takes. */
import { tensor2d } from '@tensorflow/tfjs-core'
import type { Batch } from '../models/tuned-model'
import type { PaddedBatch } from './batches'

/** The caller owns the tensors. */
export function toTensors({ tokenIds, attentionMask, shape }: PaddedBatch): Batch {
  return {
    tokenIds: tensor2d(tokenIds, shape, 'int32'),
    attentionMask: tensor2d(attentionMask, shape, 'float32'),
  }
}
