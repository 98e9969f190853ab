/** Adapters that AdapterHub and PEFT (LLaMA-Adapter) wrote, opened as anyone's: their logits, gradients and losses. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { countParameters } from '../../src/main/engine/parameters'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { startBackend } from '../support/backend'
import { openWritten, writtenAdapters, writtenBatch, writtenGradients } from '../support/golden-adapters'

/** Of logits: times the largest, or 1. */
const tolerances = { logits: 5e-6, gradients: 1e-4, losses: 1e-4 }
const rows: Record<string, string | number>[] = []

it('has three bottleneck adapters on all eight architectures, two heads of another kind, and eight LLaMA-Adapters', () => {
  const names = writtenAdapters.map(({ name }) => name)
  expect(names.filter((name) => /_bn$/.test(name) && !/flexible/.test(name))).toHaveLength(3 * (4 + 2 * 2 + 1 + 1))
  expect(names.filter((name) => /flexible/.test(name))).toHaveLength(2)
  expect(names.filter((name) => name.startsWith('adaption-prompt'))).toHaveLength(8)
})

beforeAll(() => startBackend('wasm'))

describe.each(writtenAdapters)('$name', (one) => {
  const { expected, outputs } = one
  const row: Record<string, string | number> = { adapter: one.name }
  rows.push(row)

  it(`has the logits within ${tolerances.logits}`, async () => {
    const model = await openWritten(one)
    const batch = writtenBatch(one, 0)
    const logits = model.logits(batch, { training: false })
    expect(logits.shape).toEqual(one.tensors.logits?.shape)
    const [ours, mask] = [await logits.data(), await batch.attentionMask.data()]
    const width = logits.shape.at(-1) ?? 1
    // What a language model says where there is no text is of no consequence.
    const counts = (at: number) => outputs !== null || mask[Math.floor(at / width)] === 1
    const theirs = one.tensors.logits?.data ?? new Float32Array()
    const most = Math.max(...[...ours].map((value, at) => (counts(at) ? Math.abs(value - (theirs[at] as number)) : 0)))
    row['logits differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.logits * Math.max(1, ...theirs.map(Math.abs)))
    model.dispose()
  })

  it(`has every trained parameter's gradient within ${tolerances.gradients}`, async () => {
    const model = await openWritten(one)
    const theirs = writtenGradients(one)
    const parameters = trainedThere(model, theirs)
    expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(theirs).sort())
    expect(countParameters(parameters)).toBe(expected.trainableParameters)
    const { gradients } = differentiate(model, parameters, writtenBatch(one, 0), outputs)
    const largest = Math.max(...Object.values(theirs).map(({ data }) => length(data)))
    let most = 0
    for (const { name, variable } of parameters) {
      const own = theirs[name]
      expect(variable.shape, name).toEqual(own?.shape)
      const ours = (await gradients[name]?.data()) as Float32Array
      const difference = length(ours.map((value, at) => value - (own?.data[at] ?? Number.NaN)))
      most = Math.max(most, difference / (length(own?.data ?? ours) + 1e-3 * largest))
    }
    row['gradients differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.gradients)
    model.dispose()
  })

  it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
    const model = await openWritten(one)
    const parameters = trainedThere(model, writtenGradients(one))
    const { learningRate, weightDecay, losses } = expected.steps
    const optimizer = createAdamW(parameters, { weightDecay })
    let most = 0
    expect(losses).toHaveLength(10)
    for (const [step, theirs] of losses.entries()) {
      const { loss, gradients } = differentiate(model, parameters, writtenBatch(one, step), outputs)
      optimizer.apply(gradients, learningRate, null)
      most = Math.max(most, Math.abs(((await loss.data())[0] ?? Number.NaN) - theirs))
    }
    row['losses differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.losses)
    optimizer.dispose()
    model.dispose()
  })
})

afterAll(() => {
  console.log('Largest differences from AdapterHub, and from peft for LLaMA-Adapter')
  const short = (value: string | number) => (typeof value === 'number' ? value.toExponential(1) : value)
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, short(value)]))))
})

/** PEFT leaves the head beside a LLaMA-Adapter untrained. */
function trainedThere({ parameters }: TunedModel, theirs: Record<string, unknown>) {
  return parameters.filter(({ name }) => name in theirs || name !== 'score.weight')
}

function differentiate(
  model: TunedModel,
  parameters: TunedModel['parameters'],
  batch: Batch & { labels: number[][] },
  outputs: number | null,
) {
  const { value, grads } = tf.variableGrads(
    () => {
      const logits = model.logits(batch, { training: true, random: unused })
      return outputs === null ? lossOfTokens(logits, batch.labels) : lossOfTexts(logits, batch.labels.flat())
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
const unused = new Proxy({} as never, {
  get() {
    throw new Error('drew a random number where nothing drops out')
  },
})

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
