import { expect, test } from 'vitest'
import {
  cutInto,
  halveBatch,
  largestThatFits,
  quotedStep,
  quoteStep,
  type Step,
  smallerStep,
} from '../../../src/main/quote/micro-batch'
import { estimate, type RunFacts } from '../../../src/main/quote/prior'

test('a step keeps its texts, in batches of half their size or less', () => {
  expect(halveBatch({ batchSize: 16, accumulationSteps: 1 })).toEqual({ batchSize: 8, accumulationSteps: 2 })
  expect(halveBatch({ batchSize: 5, accumulationSteps: 2 })).toEqual({ batchSize: 2, accumulationSteps: 5 })
  expect(halveBatch({ batchSize: 7, accumulationSteps: 1 })).toEqual({ batchSize: 1, accumulationSteps: 7 })
  expect(halveBatch({ batchSize: 1, accumulationSteps: 8 })).toBeNull()
})

test('a run computes as many texts at once as its quote foresees', () => {
  expect(quotedStep({ batchSize: 16, accumulationSteps: 2 }, {})).toBeUndefined()
  expect(quotedStep({ batchSize: 16, accumulationSteps: 2 }, { smallerBatch: 4 })).toEqual({
    ...{ batchSize: 4, accumulationSteps: 8 },
  })
})

const facts: RunFacts = {
  shape: {
    architecture: 'bert',
    ...{ layers: 6, width: 384, heads: 12, keyValueHeads: 12, headSize: 32, feedForwardWidth: 1536 },
    ...{ vocabularySize: 30_000, byteLength: 90e6 },
  },
  strategy: { id: 'full', trainableParameters: 22e6, totalParameters: 22e6, exportFormats: ['hugging-face'] },
  options: {},
  problem: 'single-label',
  recipe: { epochs: 3, batchSize: 16, accumulationSteps: 1, maxLength: 256 },
  data: {
    ...{ trainingTokensPerEpoch: 4e5, validationTokens: 5e4, testTokens: 5e4, stepsPerEpoch: 200 },
    longestBatchTokens: 4096,
  },
  testTexts: 400,
  warm: false,
  backend: 'wasm',
  gflops: 20,
}

test('the largest batches that fit are taken, for the same step', () => {
  const within = (bytes: number) => largestThatFits(facts, (cut) => estimate(cut).memoryBytes <= bytes)
  const whole = estimate(facts).memoryBytes
  expect(within(whole)).toMatchObject({ batchSize: 16, accumulationSteps: 1 })
  expect(within(whole - 1)).toEqual({ batchSize: 8, accumulationSteps: 2 })
  expect(within(0.5 * whole)).toEqual({ batchSize: 4, accumulationSteps: 4 })
  expect(within(1)).toEqual({ batchSize: 16, accumulationSteps: 1 })
})

test('where one text is too much, layers are computed twice, for as many texts as fit', () => {
  const long = {
    ...facts,
    recipe: { ...facts.recipe, maxLength: 4096 },
    data: { ...facts.data, longestBatchTokens: 65_536 },
  }
  const bytesOf = (step: Step) => estimate(cutInto(long, step)).memoryBytes
  const within = (bytes: number) => largestThatFits(long, (cut) => estimate(cut).memoryBytes <= bytes)
  const kept = bytesOf({ batchSize: 1, accumulationSteps: 16 })
  const twice = bytesOf({ batchSize: 1, accumulationSteps: 16, recomputeLayers: true })
  expect(twice).toBeLessThan(kept / 3)
  expect(within(kept)).toEqual({ batchSize: 1, accumulationSteps: 16 })
  expect(within(kept - 1)).toEqual({ batchSize: 4, accumulationSteps: 4, recomputeLayers: true })
  expect(within(twice)).toEqual({ batchSize: 1, accumulationSteps: 16, recomputeLayers: true })
})

test('where memory ran out a step needs less, until nothing is left to try', () => {
  const half = smallerStep({ batchSize: 2, accumulationSteps: 1 })
  expect(half).toEqual({ batchSize: 1, accumulationSteps: 2 })
  const twice = half && smallerStep(half)
  expect(twice).toEqual({ batchSize: 1, accumulationSteps: 2, recomputeLayers: true })
  expect(twice && smallerStep(twice)).toBeNull()
})

test('a run takes the step that its quote was made for', () => {
  const recipe = { batchSize: 16, accumulationSteps: 2, recomputeLayers: false }
  const steps: Step[] = [
    { batchSize: 4, accumulationSteps: 8 },
    { batchSize: 16, accumulationSteps: 2, recomputeLayers: true },
    { batchSize: 1, accumulationSteps: 32, recomputeLayers: true },
  ]
  for (const step of steps) expect(quotedStep(recipe, quoteStep(recipe, step))).toEqual(step)
  expect(quoteStep(recipe, recipe)).toEqual({})
})
