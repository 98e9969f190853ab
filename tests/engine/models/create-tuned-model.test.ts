import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTunedModel } from '../../../src/main/engine/models/create-tuned-model'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'
import { perturbParameters } from '../../support/parameters'
import { batchOf, disposeBatch, tinyConfig, tinyTexts, tinyWeights } from '../../support/tiny-models'
import { everyCombination, tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const texts = tinyTexts(4).map(({ tokens }) => tokens)

describe.each(everyCombination)('$name', ({ architecture, strategy }) => {
  it('has the same logits from a constant part computed before', async () => {
    const model = tinyTunedModel(architecture, strategy)
    perturbParameters(model.parameters)
    const batch = batchOf(texts)
    const hidden = model.constantPart(batch)
    for (const mode of [
      () => ({ training: false }) as const,
      () => ({ training: true, random: createRandom(1) }) as const,
    ]) {
      if (model.constantDepth === 0 && mode().training) continue // then nothing is kept, and embeddings drop out
      const whole = await model.logits(batch, mode()).data()
      expect(await model.logits(batch, mode(), hidden).data()).toEqual(whole)
    }
    if (model.constantDepth > 1) expect(hidden.shape).toEqual([4, 1, 16])
    expect(model.features?.(batch).shape ?? [4, 16]).toEqual([4, 16])
  })

  it('leaves nothing behind but what it returns, and nothing at all when disposed of', async () => {
    const before = tf.memory().numTensors
    const model = tinyTunedModel(architecture, strategy)
    const standing = tf.memory().numTensors
    const batch = batchOf(texts)
    model.logits(batch, { training: true, random: createRandom(1) }).dispose()
    model.constantPart(batch).dispose()
    model.features?.(batch).dispose()
    expect(tf.memory().numTensors).toBe(standing + 2)
    disposeBatch(batch)
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('starts from the seed alone', async () => {
    const start = async (seed: number) => {
      const { parameters } = tinyTunedModel(architecture, strategy, { seed })
      return Promise.all(parameters.map(async ({ name, variable }) => [name, [...(await variable.data())]]))
    }
    expect(await start(1)).toEqual(await start(1))
    if (strategy !== 'feature-based') expect(await start(1)).not.toEqual(await start(2))
  })

  it('can stand beside another of its kind', () => {
    expect(() => [tinyTunedModel(architecture, strategy), tinyTunedModel(architecture, strategy)]).not.toThrow()
  })
})

describe('dropout in training', () => {
  it.each(['full', 'lora', 'head-only'] as const)('of %s is decided by the generator', async (strategy) => {
    const model = tinyTunedModel('bert', strategy)
    const logits = async (seed: number) => [
      ...(await model.logits(batchOf(texts), { training: true, random: createRandom(seed) }).data()),
    ]
    expect(await logits(1)).toEqual(await logits(1))
    expect(await logits(1)).not.toEqual(await logits(2))
  })
})

describe('a base without pooler', () => {
  it.each(['full', 'head-only', 'lora'] as const)('gets one that trains with %s', (strategy) => {
    const config = tinyConfig('bert')
    const weights = Object.fromEntries(Object.entries(tinyWeights(config)).filter(([name]) => !name.includes('pooler')))
    const model = createTunedModel({ config, weights, strategy, options: {}, classes: 2, random: createRandom(1) })
    expect(model.parameters.map(({ name }) => name)).toContain('bert.pooler.dense.weight')
  })
})
