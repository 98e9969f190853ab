import { describe, expect, it } from 'vitest'
import {
  lengthsForTraining,
  padBatch,
  paddedTokens,
  planByLength,
  planByTokens,
  planEpoch,
  stepsPerEpoch,
} from '../../../src/main/engine/data/batches'
import { createRandom } from '../../../src/main/engine/random'

const random = createRandom(3)
const examples = Array.from({ length: 101 }, () => ({
  tokenIds: Int32Array.from({ length: 3 + random.integer(60) }, () => 5),
  target: new Float32Array(1),
}))
const lengths = lengthsForTraining(examples, [], { batchSize: 8, accumulationSteps: 1, maxLength: 64 })
const options = { batchSize: 8, accumulationSteps: 1, lengths }
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

describe('an evaluation', () => {
  const plans = planByLength(examples, 8, lengths)

  it('goes from the longest text on, in a fixed order', () => {
    expect(plans[0]?.time).toBe(64)
    expect(plans.map(({ time }) => time)).toEqual(plans.map(({ time }) => time).sort((left, right) => right - left))
    expect(planByLength(examples, 8, lengths)).toEqual(plans)
  })

  it('has every example, in whole batches alone', () => {
    expect(new Set(plans.flatMap(({ rows }) => rows)).size).toBe(101)
    expect(plans.every(({ rows }) => rows.length === 8)).toBe(true)
    expect(plans.at(-1)?.rows.slice(5)).toEqual(Array.from({ length: 3 }, () => plans.at(-1)?.rows[4]))
    expect(planByLength(examples.slice(0, 3), 8, lengths).map(({ rows }) => rows.length)).toEqual([3])
  })

  it('can be cut by tokens: as many shapes as there are lengths', () => {
    const cut = planByTokens(examples, 128, lengths)
    expect(new Set(cut.flatMap(({ rows }) => rows)).size).toBe(101)
    expect(cut.every(({ rows, time }) => rows.length === Math.floor(128 / time))).toBe(true)
    expect(planByTokens(examples, 10, lengths)).toHaveLength(101)
  })
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
