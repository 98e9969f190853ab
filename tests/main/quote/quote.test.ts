import { expect, test } from 'vitest'
import { estimateDictionary } from '../../../src/main/quote/dictionary'
import type { RunFacts } from '../../../src/main/quote/prior'
import { estimateFromProbe } from '../../../src/main/quote/probe'
import { makeQuote, type QuoteFacts, secondsOf } from '../../../src/main/quote/quote'

const estimate = { fixedSeconds: 10, secondsPerEpoch: 20, memoryBytes: 1000, diskBytes: 77, steps: 50 }
const facts = (changes: Partial<QuoteFacts> = {}): QuoteFacts => ({
  estimate,
  basis: 'probe',
  backend: 'wasm',
  strategy: { id: 'lora', trainableParameters: 5, totalParameters: 100 },
  recipe: { task: 'classification', epochs: 5, patience: 0 },
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
  const { seconds } = makeQuote(facts({ recipe: { task: 'classification', epochs: 5, patience: 2 } }))
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
const runFacts = (strategy: RunFacts['strategy']['id']): RunFacts => ({
  shape: {
    ...{ architecture: 'bert', layers: 4, width: 4, heads: 2, keyValueHeads: 2, headSize: 2 },
    ...{ feedForwardWidth: 8, vocabularySize: 30, byteLength: 1000 },
  },
  strategy: { id: strategy, trainableParameters: 5, totalParameters: 100, exportFormats: ['peft'] },
  options: strategy === 'llama-adapter' ? { layers: 3 } : {},
  problem: 'single-label',
  recipe: { epochs: 5, batchSize: 10, accumulationSteps: 1, maxLength: 20 },
  data: {
    trainingTokensPerEpoch: 1000,
    validationTokens: 200,
    testTokens: 300,
    stepsPerEpoch: 10,
    longestBatchTokens: 100,
  },
  testTexts: 30,
  warm: false,
  backend: 'wasm',
  gflops: 20,
})

test('a probe replaces the times and the memory of the prior', () => {
  const probed = estimateFromProbe(measured, runFacts('lora'))
  expect(probed).toMatchObject({ memoryBytes: 999, diskBytes: 100, steps: 50 })
  expect(secondsOf(probed, 2)).toBeCloseTo(2 + 3 + 2 * (100 + 2), 9)
})

test('where the encoder is computed once, every text is passed once and validation costs nothing more', () => {
  const probed = estimateFromProbe(measured, runFacts('head-only'))
  expect(secondsOf(probed, 2)).toBeCloseTo(2 + 15 + 2 * 100, 9)
})

test('where the lower layers are computed once, that part of each text is passed once', () => {
  // One layer of four stays: a quarter of 1200 tokens once, three quarters of validation every epoch.
  const probed = estimateFromProbe(measured, runFacts('llama-adapter'))
  expect(secondsOf(probed, 2)).toBeCloseTo(2 + 3 + 3 + 2 * (100 + 1.5), 9)
})

test('what an earlier run has kept is not computed again', () => {
  const headOnly = estimateFromProbe(measured, { ...runFacts('head-only'), warm: true })
  expect(secondsOf(headOnly, 2)).toBeCloseTo(2 + 2 * 100, 9)
  // Three quarters of the test, too.
  const llamaAdapter = estimateFromProbe(measured, { ...runFacts('llama-adapter'), warm: true })
  expect(secondsOf(llamaAdapter, 2)).toBeCloseTo(2 + 2.25 + 2 * (100 + 1.5), 9)
})

test('a language model is tested untuned, too, and writes answers', () => {
  const probed = estimateFromProbe(measured, { ...runFacts('lora'), problem: 'instruction' })
  expect(probed.fixedSeconds).toBeGreaterThan(2 + 6)
})

test('a dictionary takes seconds and no memory of a model; trees take more than lines', () => {
  const facts = { texts: 10_000, words: 1e6 }
  const linear = estimateDictionary({ ...facts, options: { predictor: 'linear' } })
  // 1 + 2.5 + 1 s; 120 + 150 + 50 MB
  expect(linear).toMatchObject({ fixedSeconds: 4.5, secondsPerEpoch: 0, memoryBytes: 320e6, steps: 0 })
  const forest = estimateDictionary({ ...facts, options: { predictor: 'random-forest' } })
  expect(forest.fixedSeconds).toBeGreaterThan(linear.fixedSeconds)
  expect(forest.memoryBytes).toBeGreaterThan(linear.memoryBytes)
})
