import { expect, test } from 'vitest'
import { estimateFromProbe } from '../../../src/main/quote/probe'
import { makeQuote, type QuoteFacts, secondsOf } from '../../../src/main/quote/quote'

const estimate = { fixedSeconds: 10, secondsPerEpoch: 20, memoryBytes: 1000, diskBytes: 77, steps: 50 }
const facts = (changes: Partial<QuoteFacts> = {}): QuoteFacts => ({
  estimate,
  basis: 'probe',
  backend: 'wasm',
  strategy: { id: 'lora', trainableParameters: 5, totalParameters: 100 },
  recipe: { epochs: 5, patience: 0 },
  experiences: [],
  freeMemoryBytes: 10_000,
  ...changes,
})

test('a quote is a range around the estimate', () => {
  const quote = makeQuote(facts())
  expect(quote).toMatchObject({ strategy: 'lora', steps: 50, diskBytes: 77, basis: 'probe', trackRecord: null })
  expect(quote.seconds.low).toBeCloseTo(110 / 1.3, 9)
  expect(quote.seconds.high).toBeCloseTo(110 * 1.3, 9)
  expect(quote.memoryBytes).toEqual({ low: 714, high: 1400 })
})

test('with early stopping the lower bound is that of the shortest run', () => {
  const { seconds } = makeQuote(facts({ recipe: { epochs: 5, patience: 2 } }))
  expect(seconds.low).toBeCloseTo(70 / 1.3, 9)
  expect(seconds.high).toBeCloseTo(110 * 1.3, 9)
})

test.each([
  [1867, 'fits', true], // 1400 is 75 % of 1866.7
  [1866, 'tight', true],
  [1522, 'tight', true], // 92 % of 1521.7
  [1521, 'too-big', false],
])('1400 bytes at most, %i free: %s', (freeMemoryBytes, guard, fits) => {
  expect(makeQuote(facts({ freeMemoryBytes }))).toMatchObject({ guard, fits })
})

const measured = { secondsPerTrainingToken: 0.1, secondsPerEvaluationToken: 0.01, loadSeconds: 2, peakMemoryBytes: 999 }
const data = {
  trainingTokensPerEpoch: 1000,
  validationTokens: 200,
  testTokens: 300,
  stepsPerEpoch: 10,
  longestBatchTokens: 100,
}

test('a probe replaces the times and the memory of the prior', () => {
  const strategy = { id: 'lora', trainableParameters: 5, totalParameters: 100, cachesEncoder: false } as const
  const probed = estimateFromProbe(measured, { prior: estimate, strategy, data })
  expect(probed).toMatchObject({ memoryBytes: 999, diskBytes: 77, steps: 50 })
  expect(secondsOf(probed, 2)).toBeCloseTo(2 + 3 + 2 * (100 + 2), 9)
})

test('where the encoder is computed once, every text is passed once and validation costs nothing more', () => {
  const strategy = { id: 'head-only', trainableParameters: 5, totalParameters: 100, cachesEncoder: true } as const
  const probed = estimateFromProbe(measured, { prior: estimate, strategy, data })
  expect(secondsOf(probed, 2)).toBeCloseTo(2 + 15 + 2 * 100, 9)
})
