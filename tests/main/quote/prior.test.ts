import { expect, test } from 'vitest'
import { keptBytesPerLayer, memoryByPhase, passingBytesPerLayer } from '../../../src/main/quote/memory'
import { estimate, type RunFacts } from '../../../src/main/quote/prior'
import { reachOf } from '../../../src/main/quote/reach'
import { layerFlops, weightsPerLayer } from '../../../src/main/quote/work'
import type { Problem } from '../../../src/shared/problem'
import { type ModelStrategyId, type StrategyOptions, strategyIds } from '../../../src/shared/strategy'

// Small enough to work by hand.
const shape = {
  ...({ architecture: 'bert', layers: 2, width: 4, heads: 2, keyValueHeads: 2, headSize: 2 } as const),
  ...{ feedForwardWidth: 8, vocabularySize: 30, byteLength: 2e9 },
}
const strategyWith = (changes: Partial<RunFacts['strategy']> = {}): RunFacts['strategy'] => ({
  ...{ id: 'full', trainableParameters: 1000, totalParameters: 1000, exportFormats: ['hugging-face'] },
  ...changes,
})
const facts = (changes: Partial<RunFacts> = {}): RunFacts => ({
  shape,
  strategy: strategyWith(),
  options: {},
  problem: 'single-label',
  recipe: { epochs: 3, batchSize: 10, accumulationSteps: 1, maxLength: 20 },
  data: {
    trainingTokensPerEpoch: 1000,
    validationTokens: 200,
    testTokens: 300,
    stepsPerEpoch: 10,
    longestBatchTokens: 200,
  },
  testTexts: 30,
  warm: false,
  backend: 'wasm',
  gflops: 2e-6, // half of which is reached: 1000 operations a second
  ...changes,
})
const untouched = reachOf('full', {}, 2)

test('a token costs two operations a weight and 4 L w for attention', () => {
  // 4 x 4 x 4 + 2 x 4 x 8 = 128 weights; 2 x 128 + 4 x 10 x 4
  expect(weightsPerLayer(shape)).toBe(128)
  expect(layerFlops(shape, 10)).toBe(416)
})

test('shared heads have smaller matrices, a gated feed-forward half has a third', () => {
  // Attention: 2 x 4 x 4 for queries and output, 2 x 4 x 2 for keys and values.
  expect(weightsPerLayer({ ...shape, architecture: 'llama', keyValueHeads: 1 })).toBe(32 + 16 + 3 * 4 * 8)
})

test('how far each strategy reaches', () => {
  const reach = (id: ModelStrategyId, options: StrategyOptions = {}) => reachOf(id, options, 12)
  expect(reach('full')).toMatchObject({ constantLayers: 0, passes: 3 })
  expect(reach('full', { upperLayers: 2 })).toMatchObject({ constantLayers: 10, passes: 3 })
  expect(reach('lora', { upperLayers: 0 })).toMatchObject({ constantLayers: 0, passes: 2 })
  expect(reach('llama-adapter', { layers: 11, length: 10 })).toMatchObject({ constantLayers: 1, addedKeys: 10 })
  expect(reach('prompt-tuning', { virtualTokens: 20 })).toMatchObject({ virtualTokens: 20, addedRows: 20 })
  expect(reach('prefix-tuning', { virtualTokens: 20 })).toMatchObject({
    virtualTokens: 20,
    addedRows: 0,
    addedKeys: 20,
  })
  expect(reach('head-only')).toMatchObject({ constantLayers: 12, passes: 0 })
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
  const strategy = strategyWith({ id: 'head-only', trainableParameters: 20 })
  const { fixedSeconds, secondsPerEpoch } = estimate(facts({ strategy }))
  expect(fixedSeconds).toBeCloseTo(1 + 10 + 1500 * 0.832 + 15 * 0.0016, 6)
  expect(secondsPerEpoch).toBeCloseTo(10 * 40 * 2e-5, 9)
})

test('outputs that an earlier run has kept cost neither time nor room on the disk', () => {
  const strategy = strategyWith({ id: 'head-only', trainableParameters: 20 })
  const [cold, warm] = [estimate(facts({ strategy })), estimate(facts({ strategy, warm: true }))]
  expect(warm).toEqual({ ...cold, fixedSeconds: 11, diskBytes: cold.diskBytes - 4 * 4 * 2 * 150 })
})

test('activations grow with the square of the length', () => {
  // 200 tokens in 10 rows of 20: 4 x 200 x (64 x 4 + 20 x 8 + 28 x 2 x 20) = 800 x 1536
  expect(keptBytesPerLayer(facts(), untouched)).toBe(1_228_800)
  // 4 x 200 x (16 x 4 + 4 x 8 + 4 x 2 x 20) = 800 x 256
  expect(passingBytesPerLayer(facts(), untouched)).toBe(204_800)
  // Twice the length: 4 x 400 x (256 + 160 + 28 x 2 x 40) = 1600 x 2656
  const longer = facts({
    recipe: { epochs: 3, batchSize: 10, accumulationSteps: 1, maxLength: 40 },
    data: { ...facts().data, longestBatchTokens: 400 },
  })
  expect(keptBytesPerLayer(longer, untouched)).toBe(4_249_600)
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
  const strategy = strategyWith({ id: 'lora', trainableParameters: 10, exportFormats: ['peft'] })
  expect(estimate(facts({ strategy })).diskBytes).toBe(160 + 40)
})

// About GPT-2's and LLaMA's smallest, as a run would see them: 2000 texts of about 64 tokens.
const gpt2 = {
  ...({ architecture: 'gpt2', layers: 12, width: 768, heads: 12, keyValueHeads: 12, headSize: 64 } as const),
  ...{ feedForwardWidth: 3072, vocabularySize: 50_257, byteLength: 5e8 },
}
const options: Readonly<Partial<Record<ModelStrategyId, StrategyOptions>>> = {
  'prompt-tuning': { virtualTokens: 20 },
  'prefix-tuning': { virtualTokens: 20 },
  'llama-adapter': { layers: 11, length: 10 },
  lora: { upperLayers: 0 },
  full: { upperLayers: 0 },
}
const trainable: Readonly<Record<ModelStrategyId, number>> = {
  ...{ 'feature-based': 1538, 'head-only': 1536, 'prompt-tuning': 16_896, 'prefix-tuning': 370_176 },
  ...{ ia3: 56_832, 'llama-adapter': 84_491, lora: 296_448, 'bottleneck-adapter': 896_064, full: 124_441_344 },
}
function estimateFor(id: ModelStrategyId, changes: Partial<RunFacts> = {}) {
  return estimate(
    facts({
      shape: gpt2,
      strategy: strategyWith({ id, trainableParameters: trainable[id], totalParameters: 124_441_344 }),
      options: options[id] ?? {},
      recipe: { epochs: 3, batchSize: 16, accumulationSteps: 1, maxLength: 256 },
      data: {
        ...{ trainingTokensPerEpoch: 128_000, validationTokens: 16_000, testTokens: 16_000, stepsPerEpoch: 125 },
        longestBatchTokens: 16 * 200,
      },
      backend: 'tensorflow',
      gflops: 100,
      ...changes,
    }),
  )
}
const total = ({ fixedSeconds, secondsPerEpoch }: ReturnType<typeof estimate>) => fixedSeconds + 3 * secondsPerEpoch
const ids = strategyIds.filter((id) => id !== 'dictionary')

test('every strategy has a quote, on every kind of problem', () => {
  const kinds: Problem['kind'][] = ['single-label', 'multi-label', 'regression', 'instruction']
  for (const id of ids) {
    for (const problem of kinds) {
      const { fixedSeconds, secondsPerEpoch, memoryBytes, diskBytes } = estimateFor(id, { problem })
      expect(Math.min(fixedSeconds, memoryBytes, diskBytes)).toBeGreaterThan(0)
      expect(secondsPerEpoch).toBeGreaterThanOrEqual(0)
      expect(Number.isFinite(fixedSeconds + secondsPerEpoch + memoryBytes + diskBytes)).toBe(true)
    }
  }
})

test('time goes by what is computed: kept output, upper layers, a frozen base, longer texts, all of it', () => {
  const seconds = Object.fromEntries(ids.map((id) => [id, total(estimateFor(id))])) as Record<ModelStrategyId, number>
  expect(seconds['head-only']).toBeLessThan(seconds['llama-adapter'] / 2)
  expect(seconds['feature-based']).toBeLessThanOrEqual(seconds['head-only'])
  expect(seconds['llama-adapter']).toBeLessThan(seconds.ia3)
  expect(seconds.ia3).toBeLessThan(seconds['prefix-tuning'])
  expect(seconds['prefix-tuning']).toBeLessThan(seconds['prompt-tuning'])
  expect(seconds['prompt-tuning']).toBeLessThan(seconds.full)
  expect(seconds.lora).toBeLessThan(seconds.full * 0.75)
  expect(total(estimateFor('full', { options: { upperLayers: 3 } }))).toBeLessThan(seconds.full / 2)
})

test('memory goes by what is trained and what the backward pass needs', () => {
  const memory = (id: ModelStrategyId, changes: Partial<RunFacts> = {}) => estimateFor(id, changes).memoryBytes
  expect(memory('head-only')).toBeLessThan(memory('lora'))
  // Weights, gradients, both moments and the best so far: 16 bytes a parameter more than a frozen base.
  expect(memory('full') - memory('lora')).toBeCloseTo(16 * (trainable.full - trainable.lora), -3)
  expect(memory('llama-adapter')).toBeLessThan(memory('ia3'))
  expect(memory('lora', { options: { upperLayers: 4 } })).toBeLessThan(memory('lora') / 2)
  expect(memory('ia3')).toBeLessThan(memory('prefix-tuning'))
  expect(memory('prefix-tuning')).toBeLessThan(memory('prompt-tuning'))
})

test("a language model's scores for every word cost memory, and its answers time", () => {
  const reading = estimateFor('lora')
  const answering = estimateFor('lora', { problem: 'instruction' })
  // 3200 tokens x 50257 words x 4 bytes, twice.
  expect(answering.memoryBytes - reading.memoryBytes).toBeCloseTo(3200 * 50_257 * 8, -3)
  expect(answering.secondsPerEpoch).toBeGreaterThan(reading.secondsPerEpoch)
  expect(answering.fixedSeconds).toBeGreaterThan(reading.fixedSeconds)
})
