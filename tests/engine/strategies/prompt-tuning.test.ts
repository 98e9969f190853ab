import type { Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { embeddingNames } from '../../../src/main/engine/models/weights'
import { tensorOf } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import { promptTuning } from '../../../src/main/engine/strategies/prompt-tuning'
import type { StrategyOptions } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const config = tinyConfig('gpt2')
const weights = () => tinyWeights(config)
const adapted = (options: StrategyOptions, initialTokenIds?: number[]) =>
  promptTuning.adapt({
    ...{ config, weights: weights(), outputs: null, options, random: createRandom(1) },
    ...(initialTokenIds && { initialTokenIds }),
  })
const promptOf = async (options: StrategyOptions, initialTokenIds?: number[]) =>
  (await adapted(options, initialTokenIds).parameters[0]?.variable.array()) as number[][]
const words = async () => (await tensorOf(weights(), embeddingNames(config).words).array()) as number[][]

describe('the prompt', () => {
  it('starts from words of the vocabulary, drawn by the seed', async () => {
    const prompt = await promptOf({ virtualTokens: 5 })
    const all = (await words()).map(String)
    expect(prompt).toHaveLength(5)
    for (const row of prompt) expect(all).toContain(String(row))
    expect(await promptOf({ virtualTokens: 5 })).toEqual(prompt)
  })

  it('starts from a text, which is repeated or cut to length', async () => {
    const table = await words()
    const text = { virtualTokens: 5, initialization: 'text', initialText: 'is this good?' }
    expect(await promptOf(text, [7, 8])).toEqual([7, 8, 7, 8, 7].map((id) => table[id]))
    expect(await promptOf({ ...text, virtualTokens: 2 }, [7, 8, 9])).toEqual([7, 8].map((id) => table[id]))
    // Ids are of no consequence where another start is chosen.
    expect(await promptOf({ virtualTokens: 5 }, [7, 8])).toEqual(await promptOf({ virtualTokens: 5 }))
  })

  it('starts from small random numbers', async () => {
    const values = (await promptOf({ virtualTokens: 10, initialization: 'random' })).flat()
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.5)
    expect(new Set(values).size).toBeGreaterThan(100)
  })

  it('is put in front of every text', async () => {
    const adaptation = adapted({ virtualTokens: 3 })
    const texts: Tensor3D = tf.ones([2, 4, 16])
    const embedded = await adaptation.embedded?.(texts, { training: false }).array()
    const prompt = await adaptation.parameters[0]?.variable.array()
    expect(adaptation.virtualTokens).toBe(3)
    for (const text of embedded ?? []) {
      expect(text.slice(0, 3)).toEqual(prompt)
      expect(text.slice(3)).toEqual(Array.from({ length: 4 }, () => Array.from({ length: 16 }, () => 1)))
    }
  })
})

describe('options', () => {
  it.each([
    [{ initialization: 'text' }, /initialText is empty/],
    [{ initialization: 'words' }, /initialization/],
    [{ initialText: 'x'.repeat(1001) }, /initialText is .* not a text of at most 1000 characters/],
    [{ virtualTokens: 17 }, /virtualTokens is 17, not a whole number from 1 to 16/],
  ])('%o are refused', (options, message) => {
    expect(() => adapted(options)).toThrow(message)
  })
})
