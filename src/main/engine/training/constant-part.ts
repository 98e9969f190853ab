/** What of the encoder is a constant of the data: computed once per text, kept as float32, put together per batch. */
import { type Tensor3D, tensor3d, tidy } from '@tensorflow/tfjs-core'
import { toTensors } from '../data/batch-tensors'
import { type BatchPlan, exampleAt, padBatch, planByLength } from '../data/batches'
import type { Counted, Example } from '../data/encode'
import type { TunedModel } from '../models/tuned-model'

export interface Inputs {
  readonly examples: readonly Example[]
  readonly paddingId: number
  readonly batchSize: number
  /** Those that texts are padded to, ascending. */
  readonly lengths: readonly number[]
}

export interface ConstantParts {
  /** The hidden states of a batch's texts, zero where padded; the caller owns the tensor. */
  hidden(plan: BatchPlan): Tensor3D // [batch, time or 1, width]
  readonly byteLength: number
}

/** Embeddings alone are looked up faster than they are copied: only whole layers are worth keeping. */
export function isWorthKeeping(model: TunedModel): boolean {
  return model.constantDepth > 1
}

/** Runs the constant part over every text; null where all of them together would need more than `limitBytes`. */
export async function* computeConstantParts(
  model: TunedModel,
  inputs: Inputs,
  limitBytes: number,
): AsyncGenerator<Counted, ConstantParts | null> {
  const { examples, paddingId, batchSize, lengths } = inputs
  const tokens = examples.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0)
  const kept: Float32Array[] = new Array(examples.length) // each [positions, width]
  let width = 0
  let onePosition = false
  let byteLength = 0
  let done = 0
  for (const plan of planByLength(examples, batchSize, lengths)) {
    const hidden = tidy(() => model.constantPart(toTensors(padBatch(examples, plan, paddingId))))
    const values = (await hidden.data()) as Float32Array
    const [, positions, columns] = hidden.shape
    hidden.dispose()
    width = columns
    onePosition = positions === 1
    if ((onePosition ? examples.length : tokens) * width * 4 > limitBytes) return null
    for (const [position, row] of plan.rows.entries()) {
      const length = Math.min(positions, exampleAt(examples, row).tokenIds.length)
      const from = position * positions * width
      const part = values.slice(from, from + length * width)
      kept[row] = part
      byteLength += part.byteLength
    }
    done += plan.rows.length
    yield { done: Math.min(done, examples.length), total: examples.length }
  }
  return {
    byteLength,
    hidden({ rows, time }) {
      const positions = onePosition ? 1 : time
      const values = new Float32Array(rows.length * positions * width)
      for (const [position, row] of rows.entries()) {
        const part = kept[row]
        if (!part) throw new Error(`no constant part kept for example ${row} of ${kept.length}`)
        values.set(part, position * positions * width)
      }
      return tensor3d(values, [rows.length, positions, width])
    },
  }
}
