/** The engine against torch and transformers: logits, gradients and ten steps of training, everything trained. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipFactor, globalNorm } from '../../src/main/engine/training/clipping'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { createSchedule, learningRateAfter } from '../../src/main/engine/training/schedule'
import { startBackend, testBackends } from '../support/backend'
import {
  type Golden,
  type GoldenHead,
  goldenBatch,
  goldenCases,
  goldenFull,
  goldenGradients,
  goldenLogits,
  readGolden,
} from '../support/golden'
import { differentiate, length, tolerances } from '../support/pinned'

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
    const { gradients } = differentiate(model, model.parameters, labelledBatch(golden, 0, head), head === 'language')
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
      const { loss, gradients } = differentiate(
        model,
        model.parameters,
        labelledBatch(golden, step, head),
        head === 'language',
      )
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

/** What the head learns from: the class of each text, or its tokens. */
function labelledBatch(golden: Golden, index: number, head: GoldenHead) {
  const batch = goldenBatch(golden, index)
  return { ...batch, labels: head === 'language' ? batch.targets : batch.labels.map((label) => [label]) }
}
