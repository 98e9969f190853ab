import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createClassifier } from '../../../src/main/engine/models/create-classifier'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'
import { everyCombination, tinyClassifier } from '../../support/classifiers'
import { perturbParameters } from '../../support/parameters'
import { batchOf, disposeBatch, tinyConfig, tinyTexts, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const texts = tinyTexts(4).map(({ tokens }) => tokens)

describe.each(everyCombination)('$name', ({ architecture, strategy }) => {
  it('has the same logits from a constant part computed before', async () => {
    const classifier = tinyClassifier(architecture, strategy)
    perturbParameters(classifier.parameters)
    const batch = batchOf(texts)
    const hidden = classifier.constantPart(batch)
    for (const mode of [
      () => ({ training: false }) as const,
      () => ({ training: true, random: createRandom(1) }) as const,
    ]) {
      if (classifier.constantDepth === 0 && mode().training) continue // then nothing is kept, and embeddings drop out
      const whole = await classifier.logits(batch, mode()).data()
      expect(await classifier.logits(batch, mode(), hidden).data()).toEqual(whole)
    }
    if (classifier.constantDepth > 1) expect(hidden.shape).toEqual([4, 1, 16])
    expect(classifier.features?.(batch).shape ?? [4, 16]).toEqual([4, 16])
  })

  it('leaves nothing behind but what it returns, and nothing at all when disposed of', async () => {
    const before = tf.memory().numTensors
    const classifier = tinyClassifier(architecture, strategy)
    const standing = tf.memory().numTensors
    const batch = batchOf(texts)
    classifier.logits(batch, { training: true, random: createRandom(1) }).dispose()
    classifier.constantPart(batch).dispose()
    classifier.features?.(batch).dispose()
    expect(tf.memory().numTensors).toBe(standing + 2)
    disposeBatch(batch)
    classifier.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('starts from the seed alone', async () => {
    const start = async (seed: number) => {
      const { parameters } = tinyClassifier(architecture, strategy, { seed })
      return Promise.all(parameters.map(async ({ name, variable }) => [name, [...(await variable.data())]]))
    }
    expect(await start(1)).toEqual(await start(1))
    if (strategy !== 'feature-based') expect(await start(1)).not.toEqual(await start(2))
  })

  it('can stand beside another of its kind', () => {
    expect(() => [tinyClassifier(architecture, strategy), tinyClassifier(architecture, strategy)]).not.toThrow()
  })
})

describe('dropout in training', () => {
  it.each(['full', 'lora', 'head-only'] as const)('of %s is decided by the generator', async (strategy) => {
    const classifier = tinyClassifier('bert', strategy)
    const logits = async (seed: number) => [
      ...(await classifier.logits(batchOf(texts), { training: true, random: createRandom(seed) }).data()),
    ]
    expect(await logits(1)).toEqual(await logits(1))
    expect(await logits(1)).not.toEqual(await logits(2))
  })
})

describe('a base without pooler', () => {
  it.each(['full', 'head-only', 'lora'] as const)('gets one that trains with %s', (strategy) => {
    const config = tinyConfig('bert')
    const weights = Object.fromEntries(Object.entries(tinyWeights(config)).filter(([name]) => !name.includes('pooler')))
    const classifier = createClassifier({ config, weights, strategy, options: {}, classes: 2, random: createRandom(1) })
    expect(classifier.parameters.map(({ name }) => name)).toContain('bert.pooler.dense.weight')
  })
})
