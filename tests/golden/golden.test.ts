/** The engine against torch and transformers: logits, gradients and ten steps of training, everything trained. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { clipFactor, globalNorm } from '../../src/main/engine/training/clipping'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { createSchedule, learningRateAfter } from '../../src/main/engine/training/schedule'
import { startBackend, testBackends } from '../support/backend'
import {
  type GoldenHead,
  goldenBatch,
  goldenCases,
  goldenClasses,
  goldenFull,
  goldenGradients,
  goldenLogits,
  readGolden,
} from '../support/golden'

const tolerances = { logits: 5e-6, gradients: 1e-4, losses: 1e-4 }
const rows: Record<string, string | number>[] = []

const cases = testBackends.flatMap((backend) => goldenCases.map((one) => ({ backend, ...one })))

describe.each(cases)('golden $model, $head, with $backend', ({ backend, model: name, head }) => {
  beforeAll(() => startBackend(backend))
  const golden = readGolden(name)
  const row: Record<string, string | number> = { backend, model: name, head }
  rows.push(row)

  it(`has the logits within ${tolerances.logits}`, async () => {
    const model = await goldenFull(name, head)
    const batch = goldenBatch(golden, 0)
    const logits = model.logits(batch, { training: false })
    const expected = goldenLogits(name, head)
    expect(logits.shape).toEqual(expected.shape)
    const mask = await batch.attentionMask.data()
    // What a language model says where there is no text is of no consequence.
    const counts = (at: number) =>
      head === 'classification' || mask[Math.floor(at / (expected.shape.at(-1) ?? 1))] === 1
    const read = [...(await logits.data())].map((value, at) => [value, expected.data[at] ?? Number.NaN, at] as const)
    const counted = read.filter(([, , at]) => counts(at))
    const most = Math.max(...counted.map(([ours, theirs]) => Math.abs(ours - theirs)))
    // The tolerance is meant for logits of about 1: single precision is as exact as they are large.
    const size = Math.sqrt(counted.reduce((sum, [, theirs]) => sum + theirs * theirs, 0) / counted.length)
    row['logits differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.logits * Math.max(1, size))
    model.dispose()
  })

  it(`has every parameter's gradient within ${tolerances.gradients}`, async () => {
    const model = await goldenFull(name, head)
    const expected = goldenGradients(name, head)
    const { gradients } = differentiate(model, goldenBatch(golden, 0), head)
    expect(Object.keys(gradients).sort()).toEqual([...expected.keys()].sort())
    // Some gradients are zero but for rounding (key biases): what counts as an error there is measured by the largest.
    const floor = 1e-7 * Math.max(...[...expected.values()].map(length))
    let most = 0
    for (const [parameter, theirs] of expected) {
      const ours = (await gradients[parameter]?.data()) ?? []
      const difference = length(theirs.map((value, at) => value - (ours[at] ?? Number.NaN)))
      if (length(theirs) > floor / tolerances.gradients) most = Math.max(most, difference / length(theirs))
      expect(difference, parameter).toBeLessThanOrEqual(tolerances.gradients * length(theirs) + floor)
    }
    row['gradients differ by'] = most
    model.dispose()
  })

  it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
    const model = await goldenFull(name, head)
    const { learningRate, weightDecay, clipNorm } = golden.schedule
    const optimizer = createAdamW(model.parameters, { weightDecay })
    const schedule = createSchedule(learningRate, 10, 0.2)
    let [mostLoss, mostNorm] = [0, 0]
    expect(golden.training[head].length).toBe(10)
    for (const [step, expected] of golden.training[head].entries()) {
      const rate = learningRateAfter(schedule, step)
      expect(rate).toBeCloseTo(expected.learningRate, 12)
      const { loss, gradients } = differentiate(model, goldenBatch(golden, step), head)
      const norm = tf.tidy(() => globalNorm(gradients))
      optimizer.apply(
        gradients,
        rate,
        tf.tidy(() => clipFactor(norm, clipNorm)),
      )
      mostLoss = Math.max(mostLoss, Math.abs(((await loss.data())[0] ?? Number.NaN) - expected.loss))
      const ours = (await norm.data())[0] ?? Number.NaN
      mostNorm = Math.max(mostNorm, Math.abs(ours - expected.gradientNorm) / expected.gradientNorm)
    }
    row['losses differ by'] = mostLoss
    row['norms differ by'] = mostNorm
    expect(mostLoss).toBeLessThan(tolerances.losses)
    expect(mostNorm).toBeLessThan(tolerances.losses)
    optimizer.dispose()
    model.dispose()
  })
})

afterAll(() => {
  console.log('Largest differences from torch and transformers')
  console.table(rows)
})

function differentiate(model: TunedModel, batch: ReturnType<typeof goldenBatch>, head: GoldenHead) {
  const { parameters } = model
  const { value, grads } = tf.variableGrads(
    () => {
      const logits = model.logits(batch, { training: true, random: unused })
      return head === 'language' ? lossOfTokens(logits, batch.targets) : lossOfTexts(logits, batch.labels)
    },
    parameters.map(({ variable }) => variable),
  )
  const named = parameters.map(({ name, variable }) => [name, grads[variable.name] as tf.Tensor])
  return { loss: value, gradients: Object.fromEntries(named) as Record<string, tf.Tensor> }
}

function lossOfTexts(logits: tf.Tensor, labels: number[]): tf.Scalar {
  const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), goldenClasses)
  return tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), -1))) as tf.Scalar
}

/** The logits of each position are judged by the token that follows it. */
function lossOfTokens(logits: tf.Tensor, targets: number[][]): tf.Scalar {
  const [batch = 0, time = 0, vocabulary = 0] = logits.shape
  const next = targets.map((row) => [...row.slice(1), -100])
  const truth = tf.reshape(tf.oneHot(tf.tensor1d(next.flat(), 'int32'), vocabulary), [batch, time, vocabulary])
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
