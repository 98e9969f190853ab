import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/main/engine/random'
import { full } from '../../../src/main/engine/strategies/full'
import type { Architecture } from '../../../src/shared/model'
import type { StrategyOptions } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { tinyArchitectures, tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const adapted = (architecture: Architecture, options: StrategyOptions, outputs: number | null = 2) => {
  const config = tinyConfig(architecture)
  return full.adapt({ config, weights: tinyWeights(config), outputs, options, random: createRandom(1) })
}

describe.each(tinyArchitectures)('on %s', (architecture) => {
  it('trains every tensor once, a tied head with the embeddings', () => {
    const outputs = tinyConfig(architecture).family === 'decoder' ? null : 2
    const { parameters, constantDepth } = adapted(architecture, {}, outputs)
    const names = parameters.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(constantDepth).toBe(0)
    for (const { learningRateScale = 1 } of parameters) expect(learningRateScale).toBe(1)
  })

  it('leaves the embeddings and lower layers alone where the upper ones train', () => {
    const { parameters, constantDepth } = adapted(architecture, { upperLayers: 1 })
    expect(constantDepth).toBe(2)
    const frozen = /(embeddings|embed_tokens|wte|wpe)\.|\.(layer|layers|h)\.0\./
    expect(parameters.filter(({ name }) => frozen.test(name))).toEqual([])
    expect(parameters.some(({ name }) => /\.(layer|layers|h)\.1\./.test(name))).toBe(true)
  })

  it('lets the learning rate fall by the same factor from layer to layer', () => {
    const { parameters } = adapted(architecture, { layerDecay: 0.5 })
    const scales = (pattern: RegExp) => [
      ...new Set(parameters.filter(({ name }) => pattern.test(name)).map((one) => one.learningRateScale ?? 1)),
    ]
    expect(scales(/(embeddings|embed_tokens|wte|wpe)\./)).toEqual([0.125])
    expect(scales(/\.(layer|layers|h)\.0\./)).toEqual([0.25])
    expect(scales(/\.(layer|layers|h)\.1\./)).toEqual([0.5])
    expect(scales(/^(score|classifier|pre_classifier)|pooler|ln_f|^model\.norm/)).toEqual([1])
  })
})

it('trains a language-model head of its own with the upper layers', () => {
  const names = adapted('llama', { upperLayers: 1 }, null).parameters.map(({ name }) => name)
  expect(tinyConfig('llama')).toMatchObject({ tiedEmbeddings: false })
  expect(names).toContain('lm_head.weight')
})
