/** Runs a model without dropout over encoded texts. */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { carryOut } from '../backends/abilities'
import { toTensors } from '../data/batch-tensors'
import { type BatchPlan, padBatch, pick, planByLength } from '../data/batches'
import type { Counted } from '../data/encode'
import type { Batch, TunedModel } from '../models/tuned-model'
import { type ConstantParts, computeConstantParts, type Inputs } from './constant-part'
import type { KeptValuesStore } from './kept-values'
import type { Objective } from './objectives/objective'

/** What the objective measures of every text, [examples * columns], in the order of the examples. */
export function evaluate(
  model: TunedModel,
  objective: Objective,
  inputs: Inputs,
  constantParts: ConstantParts | null = null,
): AsyncGenerator<Counted, Float32Array> {
  return computeRows('evaluation', inputs, (batch, plan) =>
    objective.measure({
      examples: pick(inputs.examples, plan),
      time: plan.time,
      logits: (places) =>
        model.logits({ ...batch, ...(places && { places }) }, { training: false }, constantParts?.hidden(plan)),
    }),
  )
}

/** Feature vectors of every text, [examples * width], in the order of the examples. */
export async function* computeFeatures(
  model: TunedModel,
  inputs: Inputs,
  store: KeptValuesStore,
): AsyncGenerator<Counted, Float32Array> {
  const constantParts = yield* computeConstantParts(model, inputs, store)
  try {
    return yield* computeRows('features', inputs, (batch, plan) => {
      if (!model.features) throw new Error('this model gives no features')
      return model.features(batch, constantParts?.hidden(plan))
    })
  } finally {
    constantParts?.release()
  }
}

async function* computeRows(
  name: string,
  { examples, paddingId, batchSize, lengths }: Inputs,
  compute: (batch: Batch, plan: BatchPlan) => Tensor2D,
): AsyncGenerator<Counted, Float32Array> {
  let result = new Float32Array(0)
  let done = 0
  const plans = planByLength(examples, batchSize, lengths)
  for (const plan of plans) {
    const kind = { name, times: plans.length }
    const rows = carryOut(kind, () => compute(toTensors(padBatch(examples, plan, paddingId)), plan))
    const values = (await rows.data()) as Float32Array
    const columns = rows.shape[1]
    rows.dispose()
    if (result.length === 0) result = new Float32Array(examples.length * columns)
    for (const [position, row] of plan.rows.entries()) {
      result.set(values.subarray(position * columns, (position + 1) * columns), row * columns)
    }
    done += plan.rows.length
    yield { done: Math.min(done, examples.length), total: examples.length }
  }
  return result
}
