import { expect, test } from 'vitest'
import {
  estimate,
  forwardFlopsPerToken,
  keptBytesPerLayer,
  memoryByPhase,
  passingBytesPerLayer,
  type RunFacts,
  trainingFactor,
} from '../../../src/main/quote/prior'

// Small enough to work by hand.
const shape = { layers: 2, width: 4, heads: 2, feedForwardWidth: 8, byteLength: 2e9 }
const facts = (changes: Partial<RunFacts> = {}): RunFacts => ({
  shape,
  strategy: { id: 'full', trainableParameters: 1000, totalParameters: 1000, cachesEncoder: false },
  recipe: { epochs: 3, batchSize: 10, accumulationSteps: 1, maxLength: 20 },
  data: {
    trainingTokensPerEpoch: 1000,
    validationTokens: 200,
    testTokens: 300,
    stepsPerEpoch: 10,
    longestBatchTokens: 200,
  },
  backend: 'wasm',
  gflops: 2e-6, // half of which is reached: 1000 operations a second
  ...changes,
})

test('a forward pass costs 2P for the weights and 4Lwn for attention', () => {
  // P = 2 (4 x 4 x 4 + 2 x 4 x 8) = 256; 2 x 256 + 4 x 10 x 4 x 2 = 512 + 320
  expect(forwardFlopsPerToken(shape, 10)).toBe(832)
})

test('training is worth three forward passes in full, two through a frozen base, none where its output is kept', () => {
  const strategy = facts().strategy
  expect(trainingFactor(strategy)).toBe(3)
  expect(trainingFactor({ ...strategy, id: 'lora' })).toBe(2)
  expect(trainingFactor({ ...strategy, id: 'head-only', cachesEncoder: true })).toBe(0)
})

test('seconds of a full run, by hand', () => {
  // Mean length 1000 / (10 x 10) = 10, so 832 operations = 0.832 s a token.
  // A batch: 2 layers x 40 operations x 20 us = 1.6 ms; 10 batches of 100 tokens an epoch, 2 of validation, 3 of test.
  // Optimizer: 10 steps x 1000 parameters x 28 bytes / 5e9 = 56 us.
  const { fixedSeconds, secondsPerEpoch, steps } = estimate(facts())
  // Start 1 s, 2e9 bytes at 200 MB/s = 10 s, test 300 x 0.832 + 3 x 0.0016.
  expect(fixedSeconds).toBeCloseTo(1 + 10 + 249.6 + 0.0048, 6)
  expect(secondsPerEpoch).toBeCloseTo(3 * (832 + 0.016) + 0.000056 + (166.4 + 0.0032), 6)
  expect(steps).toBe(30)
})

test('a frozen encoder whose output is kept costs one forward pass over everything, whatever the epochs', () => {
  const strategy = { id: 'head-only', trainableParameters: 20, totalParameters: 1000, cachesEncoder: true } as const
  const { fixedSeconds, secondsPerEpoch } = estimate(facts({ strategy }))
  expect(fixedSeconds).toBeCloseTo(1 + 10 + 1500 * 0.832 + 15 * 0.0016, 6)
  expect(secondsPerEpoch).toBeCloseTo(10 * 40 * 2e-5, 9)
})

test('activations grow with the square of the length', () => {
  // 200 tokens in 10 rows of 20: 4 x 200 x (64 x 4 + 20 x 8 + 28 x 2 x 20) = 800 x 1536
  expect(keptBytesPerLayer(facts(), 200)).toBe(1_228_800)
  // 4 x 200 x (16 x 4 + 4 x 8 + 4 x 2 x 20) = 800 x 256
  expect(passingBytesPerLayer(facts(), 200)).toBe(204_800)
  // Twice the length: 4 x 400 x (256 + 160 + 28 x 2 x 40) = 1600 x 2656
  const longer = facts({ recipe: { epochs: 3, batchSize: 10, accumulationSteps: 1, maxLength: 40 } })
  expect(keptBytesPerLayer(longer, 400)).toBe(4_249_600)
})

test('memory by phase, by hand', () => {
  const floor = 170e6
  expect(memoryByPhase(facts())).toEqual({
    load: floor + 2e9 + 4000,
    // Weights, best parameters and gradients, two moments, two layers of activations.
    train: floor + 4000 + 8000 + 8000 + 2 * 1_228_800,
    evaluate: floor + 4000 + 8000 + 4000 + 2 * 204_800,
    save: floor + 4000 + 8000 + 16_000,
    export: floor + 8000,
  })
  expect(estimate(facts()).memoryBytes).toBe(floor + 2e9 + 4000)
})

test('disk holds the last state, the best parameters and an export', () => {
  expect(estimate(facts()).diskBytes).toBe(16_000 + 4000)
  const strategy = { id: 'lora', trainableParameters: 10, totalParameters: 1000, cachesEncoder: false } as const
  expect(estimate(facts({ strategy })).diskBytes).toBe(160 + 40)
})
