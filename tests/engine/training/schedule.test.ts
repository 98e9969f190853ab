import { expect, it } from 'vitest'
import { createSchedule, learningRateAfter } from '../../../src/main/engine/training/schedule'

it("is transformers' get_linear_schedule_with_warmup(3, 10)", () => {
  const schedule = createSchedule(1, 10, 0.3)
  const rates = Array.from({ length: 11 }, (_, step) => learningRateAfter(schedule, step))
  const expected = [0, 1 / 3, 2 / 3, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7, 0]
  for (const [step, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[step] as number, 12)
})

it('starts at the full rate without warm-up and rounds the warm-up up', () => {
  expect(learningRateAfter(createSchedule(0.5, 4, 0), 0)).toBe(0.5)
  expect(createSchedule(1, 21, 0.1).warmupSteps).toBe(3)
})

it('stays finite where every step warms up', () => {
  const schedule = createSchedule(1, 2, 1)
  expect([0, 1, 2].map((step) => learningRateAfter(schedule, step))).toEqual([0, 0.5, 0])
})
