import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import { strategyOf } from '../../../src/main/engine/strategies/index'
import { learningRateFor } from '../../../src/main/engine/strategies/learning-rate'
import { startBackend } from '../../support/backend'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const llama = (width: number, layers = 28) =>
  parseConfig({
    ...{ model_type: 'llama', vocab_size: 100, hidden_size: width, num_hidden_layers: layers, intermediate_size: 64 },
    num_attention_heads: 8,
  })

it('falls with the width, rounded to one digit', () => {
  const rate = (width: number, exponent: number) => learningRateFor(llama(width), { at768: 5e-4, exponent })
  expect([384, 768, 3072].map((width) => rate(width, 1))).toEqual([1e-3, 5e-4, 1e-4])
  expect([192, 768, 3072].map((width) => rate(width, 0.5))).toEqual([1e-3, 5e-4, 3e-4])
})

it('is larger in shallow models where a strategy says so', () => {
  const rate = (layers: number) => learningRateFor(llama(384, layers), { at768: 5e-5, exponent: 1, shallow: 2 })
  expect([4, 6].map(rate)).toEqual([2e-4, 1e-4])
})

it("is near the best of Hugging Face's comparison for a decoder of three billion parameters", () => {
  const rate = (id: 'lora' | 'prefix-tuning' | 'prompt-tuning' | 'full') =>
    strategyOf(id).describe(llama(3072), null).preset.learningRate
  expect(rate('lora')).toBe(1e-4)
  expect(rate('prompt-tuning')).toBe(1e-3)
  expect(rate('full')).toBe(1e-5)
  expect(rate('prefix-tuning')).toBe(4e-3)
})

describe('a head beside few parameters with large steps', () => {
  it.each(['prompt-tuning', 'prefix-tuning', 'ia3'] as const)('takes smaller ones with %s', (strategy) => {
    const model = tinyTunedModel('bert', strategy)
    for (const { name, learningRateScale = 1 } of model.parameters)
      expect(learningRateScale, name).toBe(/^(classifier|bert\.pooler)\./.test(name) ? 0.1 : 1)
  })
})
