/** A padded batch as the tensors that a classifier takes. */
import { type Tensor1D, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import type { Batch } from '../models/tuned-model'
import type { PaddedBatch } from './batches'

/** The caller owns the tensors. */
export function toTensors({ tokenIds, attentionMask, labels, shape }: PaddedBatch): Batch & { labels: Tensor1D } {
  return {
    tokenIds: tensor2d(tokenIds, shape, 'int32'),
    attentionMask: tensor2d(attentionMask, shape, 'float32'),
    labels: tensor1d(labels, 'int32'),
  }
}
