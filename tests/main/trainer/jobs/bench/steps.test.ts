import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { models, type StepCase, stepCase } from '../../../../../src/main/trainer/jobs/bench/cases'
import { profileWork } from '../../../../../src/main/trainer/jobs/bench/profile'
import { openSteps } from '../../../../../src/main/trainer/jobs/bench/steps'
import { startBackend } from '../../../../support/backend'

beforeAll(() => startBackend('wasm'))

const small = { vocab_size: 40, hidden_size: 16, num_hidden_layers: 3, intermediate_size: 32 }

function tiny(model: StepCase['model'], strategy: StepCase['strategy']): StepCase {
  const found = stepCase(model, strategy, 8)
  if (!found) throw new Error('no such case')
  const heads = model === 'decoder' ? { num_attention_heads: 2, num_key_value_heads: 1 } : { num_attention_heads: 2 }
  const options = strategy === 'llama-adapter' ? { layers: 1 } : found.options
  return { ...found, config: { ...models[model], ...small, ...heads }, options, batchSize: 2 }
}

it.each([
  ['encoder-small', 'full'],
  ['encoder-small', 'prefix-tuning'],
  ['encoder-small', 'llama-adapter'],
  ['encoder-small', 'head-only'],
  ['encoder-small', 'feature-based'],
  ['decoder', 'lora'],
] as const)('%s %s: as many as were announced, and nothing is left behind', async (model, strategy) => {
  const before = tf.memory().numTensors
  const steps = openSteps(tiny(model, strategy), 3)
  for (let step = 0; step < 3; step++) expect((await steps.next()).seconds).toBeGreaterThan(0)
  await steps.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

it('a profile names the operations of one step, the dearest first', async () => {
  const steps = openSteps(tiny('encoder-small', 'lora'), 3)
  await steps.next()
  const { seconds, operations } = await profileWork(() => steps.next(), 2)
  await steps.dispose()
  const product = operations.find(({ name }) => name === 'BatchMatMul')
  // Products forward and backward of three layers, the same in every step.
  expect(product?.count).toBeGreaterThan(3 * 2 * 6)
  expect(Number.isInteger(product?.count)).toBe(true)
  // Nothing that holds others: each would be counted twice.
  expect(operations.filter(({ name }) => !tf.getKernel(name, 'wasm'))).toEqual([])
  expect(operations.map(({ seconds: taken }) => taken)).toEqual(
    operations.map(({ seconds: taken }) => taken).sort((left, right) => right - left),
  )
  expect(operations.reduce((sum, { seconds: taken }) => sum + taken, 0)).toBeLessThanOrEqual(seconds)
})
