import { describe, expect, it } from 'vitest'
import {
  padBatch,
  paddedLength,
  paddedTokens,
  planByLength,
  planEpoch,
  stepsPerEpoch,
} from '../../../src/main/engine/data/batches'
import { createRandom } from '../../../src/main/engine/random'

const random = createRandom(3)
const examples = Array.from({ length: 101 }, () => ({
  tokenIds: Int32Array.from({ length: 3 + random.integer(60) }, () => 5),
  target: new Float32Array(1),
}))
const options = { batchSize: 8, accumulationSteps: 1, maxLength: 64 }
const rowsOf = (steps: ReturnType<typeof planEpoch>) => steps.flat().flatMap(({ rows }) => rows)

describe('an epoch', () => {
  it('holds every example exactly once', () => {
    const rows = rowsOf(planEpoch(examples, { ...options, random: createRandom(1) }))
    expect([...rows].sort((left, right) => left - right)).toEqual(examples.map((_, index) => index))
  })

  it('is decided by the generator alone, and differs from the next', () => {
    const one = createRandom(1)
    const first = planEpoch(examples, { ...options, random: one })
    const state = one.state()
    const second = planEpoch(examples, { ...options, random: one })
    expect(planEpoch(examples, { ...options, random: createRandom(1) })).toEqual(first)
    expect(second).not.toEqual(first)
    one.restore(state)
    expect(planEpoch(examples, { ...options, random: one })).toEqual(second)
  })

  it('wastes less padding than unsorted batches', () => {
    const real = examples.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0)
    const grouped = paddedTokens(planEpoch(examples, { ...options, random: createRandom(1) }).flat())
    expect(grouped / real).toBeLessThan(1.25)
    expect(real).toBeLessThan(grouped)
  })

  it('cuts 2 batches of 8 from the very texts of 1 of 16', () => {
    const whole = planEpoch(examples, { ...options, batchSize: 16, random: createRandom(1) })
    const halves = planEpoch(examples, { ...options, batchSize: 8, accumulationSteps: 2, random: createRandom(1) })
    expect(halves.map((step) => step.flatMap(({ rows }) => rows))).toEqual(
      whole.map((step) => step.flatMap(({ rows }) => rows)),
    )
    expect(halves.every((step) => step.every(({ rows }) => rows.length <= 8))).toBe(true)
    expect(whole.length).toBe(stepsPerEpoch(101, 8, 2))
  })
})

it('pads to few sizes, never beyond the maximum', () => {
  expect([1, 8, 9, 63, 64].map((length) => paddedLength(length, 64))).toEqual([8, 8, 16, 64, 64])
  expect(paddedLength(30, 30)).toBe(30)
})

it('plans evaluation from the longest text on, in a fixed order', () => {
  const plans = planByLength(examples, 8, 64)
  expect(plans[0]?.time).toBe(64)
  expect(plans.map(({ time }) => time)).toEqual(plans.map(({ time }) => time).sort((left, right) => right - left))
})

it('fills up on the right and masks the filling', () => {
  const two = [
    { tokenIds: Int32Array.of(1, 2, 3), target: new Float32Array(1) },
    { tokenIds: Int32Array.of(4), target: new Float32Array(1) },
  ]
  expect(padBatch(two, { rows: [1, 0], time: 4 }, 9)).toEqual({
    tokenIds: Int32Array.of(4, 9, 9, 9, 1, 2, 3, 9),
    attentionMask: Float32Array.of(1, 0, 0, 0, 1, 1, 1, 0),
    shape: [2, 4],
  })
})
