/** How far Fino is from the library that wrote a model or adapter: in logits, in gradients and along ten steps of AdamW. */
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import type { FloatArray } from '../../src/main/engine/formats/arrays'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { batchOf } from './tiny-models'

/** Of logits: times the largest, or 1; torch's own float32 is as far from its double precision where they are large. */
export const tolerances = { logits: 5e-6, gradients: 1e-4, losses: 1e-4 }

/** expected.json beside an adapter. */
export interface Expected {
  readonly architecture: string
  readonly task: 'SEQ_CLS' | 'CAUSAL_LM'
  readonly method: string
  readonly batches: readonly { input_ids: number[][]; attention_mask: number[][]; labels: number[] | number[][] }[]
  readonly steps: { readonly learningRate: number; readonly weightDecay: number; readonly losses: readonly number[] }
  readonly trainableParameters: number
}

export type LabelledBatch = Batch & { labels: number[][] }

/** Texts by their masks, since what Fino pads with is its own affair; labels as they are. */
export function pinnedBatch({ batches }: Expected, index: number): LabelledBatch {
  const batch = batches[index % batches.length] as Expected['batches'][number]
  const texts = batch.input_ids.map((row, text) => row.filter((_, at) => batch.attention_mask[text]?.[at] === 1))
  return { ...batchOf(texts), labels: batch.labels.map((label) => (Array.isArray(label) ? label : [label])) }
}

/** The largest difference, as a share of the largest logit where that is above 1. */
export async function differenceOfLogits(model: TunedModel, batch: Batch, theirs: FloatArray, language: boolean) {
  const logits = model.logits(batch, { training: false })
  expect(logits.shape).toEqual(theirs.shape)
  const [ours, mask] = [await logits.data(), await batch.attentionMask.data()]
  const width = logits.shape.at(-1) ?? 1
  // What a language model says where there is no text is of no consequence.
  const counts = (at: number) => !language || mask[Math.floor(at / width)] === 1
  const most = Math.max(
    ...[...ours].map((value, at) => (counts(at) ? Math.abs(value - (theirs.data[at] as number)) : 0)),
  )
  return most / Math.max(1, ...theirs.data.map(Math.abs))
}

/** The largest relative difference of a parameter's gradient; tiny ones are measured against the largest of all. */
export async function differenceOfGradients(
  model: TunedModel,
  parameters: TunedModel['parameters'],
  batch: LabelledBatch,
  theirs: ReadonlyMap<string, FloatArray>,
  language: boolean,
) {
  expect(parameters.map(({ name }) => name).sort()).toEqual([...theirs.keys()].sort())
  const { gradients } = differentiate(model, parameters, batch, language)
  const largest = Math.max(...[...theirs.values()].map(({ data }) => length(data)))
  let most = 0
  for (const { name, variable } of parameters) {
    const own = theirs.get(name)
    expect(variable.shape, name).toEqual(own?.shape)
    const ours = (await gradients[name]?.data()) as Float32Array
    const difference = length(ours.map((value, at) => value - (own?.data[at] ?? Number.NaN)))
    most = Math.max(most, difference / (length(own?.data ?? ours) + 1e-3 * largest))
  }
  return most
}

export async function differenceOfLosses(
  model: TunedModel,
  parameters: TunedModel['parameters'],
  expected: Expected,
  language: boolean,
) {
  const { learningRate, weightDecay, losses } = expected.steps
  // One rate for all, as in the scripts.
  const optimizer = createAdamW(
    parameters.map((parameter) => ({ ...parameter, learningRateScale: 1 })),
    { weightDecay },
  )
  let most = 0
  expect(losses).toHaveLength(10)
  for (const [step, theirs] of losses.entries()) {
    const { loss, gradients } = differentiate(model, parameters, pinnedBatch(expected, step), language)
    optimizer.apply(gradients, learningRate, null)
    most = Math.max(most, Math.abs(((await loss.data())[0] ?? Number.NaN) - theirs))
  }
  optimizer.dispose()
  return most
}

export function printDifferences(title: string, rows: readonly Record<string, string | number>[]) {
  console.log(title)
  const short = (value: string | number) => (typeof value === 'number' ? value.toExponential(1) : value)
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, short(value)]))))
}

/** Mean loss of the batch and the gradients of `parameters`, by name. */
export function differentiate(
  model: TunedModel,
  parameters: TunedModel['parameters'],
  batch: LabelledBatch,
  language: boolean,
) {
  const { value, grads } = tf.variableGrads(
    () => {
      const logits = model.logits(batch, { training: true, random: unused })
      return language ? lossOfTokens(logits, batch.labels) : lossOfTexts(logits, batch.labels.flat())
    },
    parameters.map(({ variable }) => variable),
  )
  return {
    loss: value,
    gradients: Object.fromEntries(parameters.map(({ name, variable }) => [name, grads[variable.name] as tf.Tensor])),
  }
}

function lossOfTexts(logits: tf.Tensor, labels: number[]): tf.Scalar {
  const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1] ?? 0)
  return tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), -1))) as tf.Scalar
}

/** The logits of each position are judged by the token that follows it. */
function lossOfTokens(logits: tf.Tensor, targets: number[][]): tf.Scalar {
  const next = targets.map((row) => [...row.slice(1), -100])
  const truth = tf.reshape(tf.oneHot(tf.tensor1d(next.flat(), 'int32'), logits.shape[2] ?? 0), logits.shape)
  const count = next.flat().filter((token) => token >= 0).length
  return tf.div(tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits)))), count) as tf.Scalar
}

/** The golden models have no dropout: nothing may be drawn. */
export const unused = new Proxy({} as never, {
  get() {
    throw new Error('drew a random number where nothing drops out')
  },
})

export function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
