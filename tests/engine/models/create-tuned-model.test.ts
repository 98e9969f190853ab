import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTunedModel } from '../../../src/main/engine/models/create-tuned-model'
import type { Weights } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import type { ModelStrategyId, StrategyOptions } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { perturbParameters } from '../../support/parameters'
import { batchOf, disposeBatch, tinyConfig, tinyTexts, tinyWeights } from '../../support/tiny-models'
import { everyCombination, modelOf, tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

/** So that a layer below is left as it is. */
const upper: Partial<Record<ModelStrategyId, StrategyOptions>> = { lora: { upperLayers: 1 }, full: { upperLayers: 1 } }
const texts = tinyTexts(4).map(({ tokens }) => tokens)

describe.each(everyCombination)('$name', (combination) => {
  const { strategy, problem } = combination

  it('has the same logits from a constant part computed before', async () => {
    const model = modelOf(combination)
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
    if (model.constantOf === 'texts') expect(hidden.shape).toEqual([4, 3, 16])
    expect(model.features?.(batch).shape ?? [4, 16]).toEqual([4, 16])
  })

  it('goes on from lower layers computed before', async () => {
    const model = modelOf(combination, { options: upper[strategy] ?? {} })
    if (model.constantDepth < 2) return
    const batch = batchOf(texts)
    const lower = modelOf({ ...combination, strategy: 'lora' }, { options: { upperLayers: 1 } })
    expect([lower.constantDepth, lower.constantOf]).toEqual([2, 'tokens'])
    const hidden = lower.constantPart(batch)
    const gone = await model.constantPart(batch, { layers: 1, hidden }).data()
    expect(gone).toEqual(await model.constantPart(batch).data())
  })

  it('leaves nothing behind but what it returns, and nothing at all when disposed of', () => {
    const before = tf.memory().numTensors
    const model = modelOf(combination)
    const standing = tf.memory().numTensors
    const batch = batchOf(texts)
    const logits = model.logits(batch, { training: true, random: createRandom(1) })
    const shapes = { 'single-label': [4, 2], regression: [4, 1], instruction: [4, batch.tokenIds.shape[1], 60] }
    expect(logits.shape).toEqual(shapes[problem])
    logits.dispose()
    model.constantPart(batch).dispose()
    model.features?.(batch).dispose()
    expect(tf.memory().numTensors).toBe(standing + 2)
    disposeBatch(batch)
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('starts from the seed alone', async () => {
    const start = async (seed: number) => {
      const { parameters } = modelOf(combination, { seed })
      return Promise.all(parameters.map(async ({ name, variable }) => [name, [...(await variable.data())]]))
    }
    expect(await start(1)).toEqual(await start(1))
    // Nothing of these is drawn: they start at zero or one, or at the base's own values.
    const drawsNothing =
      strategy === 'feature-based' || (problem === 'instruction' && ['full', 'ia3'].includes(strategy))
    if (!drawsNothing) expect(await start(1)).not.toEqual(await start(2))
  })

  it('can stand beside another of its kind', () => {
    expect(() => [modelOf(combination), modelOf(combination)]).not.toThrow()
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
    const model = createTunedModel({ config, weights, strategy, options: {}, outputs: 2, random: createRandom(1) })
    expect(model.parameters.map(({ name }) => name)).toContain('bert.pooler.dense.weight')
  })
})

describe('heads that are not asked for', () => {
  const request = (outputs: number | null) => {
    const config = tinyConfig('llama')
    const weights: Weights = { ...tinyWeights(config), 'score.weight': tf.ones([16, 7]) }
    return { config, weights, strategy: 'lora', options: {}, outputs, random: createRandom(1) } as const
  }

  it('are freed and not counted: a table of the vocabulary that a classifier never reads', () => {
    const { weights, totalParameters } = createTunedModel(request(2))
    expect(weights['lm_head.weight']).toBeUndefined()
    const sizes = Object.values(weights).map(({ size }) => size)
    expect(totalParameters).toBe(sizes.reduce((sum, size) => sum + size, 0))
    expect(weights['score.weight']?.shape).toEqual([16, 2])
  })

  it('are freed: a classifier that a language model never reads', () => {
    const { weights } = createTunedModel(request(null))
    expect(weights['lm_head.weight']?.shape).toEqual([60, 16])
    expect(weights['score.weight']).toBeUndefined()
  })

  it('are one with the embeddings where they are tied: nothing counts twice', () => {
    const { weights, totalParameters, parameters } = tinyTunedModel('gpt2', 'full', { outputs: null })
    expect(Object.keys(weights)).not.toContain('lm_head.weight')
    expect(parameters.reduce((sum, { variable }) => sum + variable.size, 0)).toBe(totalParameters)
  })

  it('are missed where the folder has none: such a model cannot write', () => {
    const { weights, ...rest } = request(null)
    const { 'lm_head.weight': head, ...headless } = weights
    head?.dispose()
    const before = tf.memory().numTensors
    expect(() => createTunedModel({ ...rest, weights: headless })).toThrow(/no language-model head.*ForCausalLM/)
    expect(tf.memory().numTensors).toBe(before - Object.keys(headless).length)
  })
})

describe('the longest text', () => {
  it('is shorter by what a strategy puts in front of it', () => {
    expect(tinyTunedModel('bert', 'lora').maximumLength).toBe(32)
    expect(tinyTunedModel('bert', 'prompt-tuning').maximumLength).toBe(28)
    expect(tinyTunedModel('roberta', 'prefix-tuning').maximumLength).toBe(28)
    expect(tinyTunedModel('gpt2', 'llama-adapter').maximumLength).toBe(32)
  })

  it('fits into the tables of positions', () => {
    const longest = Array.from({ length: 28 }, (_, at) => 3 + at)
    for (const strategy of ['prompt-tuning', 'prefix-tuning'] as const)
      for (const architecture of ['bert', 'roberta', 'gpt2'] as const) {
        const model = tinyTunedModel(architecture, strategy)
        expect(() => model.logits(batchOf([longest]), { training: false })).not.toThrow()
      }
  })
})

describe('places that a language model is asked about', () => {
  it('have the logits that they have among all', async () => {
    for (const strategy of ['lora', 'prompt-tuning', 'llama-adapter'] as const) {
      const model = tinyTunedModel('gpt2', strategy, { outputs: null })
      perturbParameters(model.parameters)
      const batch = batchOf(texts)
      const time = batch.tokenIds.shape[1]
      const all = (await model.logits(batch, { training: false }).array()) as number[][][]
      const places = tf.tensor1d([1, time + 2, 3 * time], 'int32')
      const some = (await model.logits({ ...batch, places }, { training: false }).array()) as number[][]
      const expected = [all[0]?.[1], all[1]?.[2], all[3]?.[0]]
      expect(some).toHaveLength(3)
      for (const [place, row] of some.entries())
        for (const [token, score] of row.entries()) expect(score).toBeCloseTo(expected[place]?.[token] ?? Number.NaN, 5)
    }
  })
})
