/** What cards say of a strategy, against what it really makes. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import { createTunedModel } from '../../../src/main/engine/models/create-tuned-model'
import { countParameters } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import { describeStrategies, strategies, strategyOf } from '../../../src/main/engine/strategies/index'
import { strategyDescriptionSchema, strategyIds } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { tinyConfig, tinyConfigJson, tinyWeights } from '../../support/tiny-models'
import { everyCombination, tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

describe.each(everyCombination)('$name', ({ architecture, strategy }) => {
  const config = tinyConfig(architecture)

  it('trains and has as many parameters as it says', () => {
    const model = tinyTunedModel(architecture, strategy, { classes: 5 })
    const described = strategyOf(strategy).describe(config, 5)
    expect(strategyDescriptionSchema.parse(described)).toEqual(described)
    expect(countParameters(model.parameters)).toBe(described.trainableParameters)
    expect(model.totalParameters).toBe(described.totalParameters)
    expect(model.constantDepth > 1).toBe(described.cachesEncoder)
  })

  it('refuses options it does not know', () => {
    const before = tf.memory().numTensors
    expect(() => tinyTunedModel(architecture, strategy, { options: { nonsense: 1 } })).toThrow(/nonsense is unknown/)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('LoRA', () => {
  const sizes = { vocab_size: 30522, max_position_embeddings: 512 }
  const bert = parseConfig({
    ...{ ...sizes, model_type: 'bert', hidden_size: 768, num_hidden_layers: 12 },
    ...{ num_attention_heads: 12, intermediate_size: 3072, type_vocab_size: 2 },
  })
  const distil = parseConfig({
    ...sizes,
    model_type: 'distilbert',
    dim: 768,
    n_layers: 6,
    n_heads: 12,
    hidden_dim: 3072,
  })

  it('counts as PEFT does', () => {
    const lora = strategyOf('lora')
    expect(lora.describe(bert, 2, { trainPooler: false }).trainableParameters).toBe(296_450)
    expect(lora.describe(distil, 2).trainableParameters).toBe(739_586)
    expect(lora.describe(bert, 2, { trainPooler: false }).totalParameters).toBe(109_483_778 + 296_450 - 1538)
  })

  it('targets modules by the end of their path, as PEFT does', () => {
    const targets = (names: string[]) =>
      strategyOf('lora').describe(bert, 2, { trainPooler: false, targets: names }).trainableParameters - 1538
    expect(targets(['query'])).toBe(12 * 8 * 2 * 768)
    // "output.dense" is the end of attention.output.dense too.
    expect(targets(['output.dense'])).toBe(12 * 8 * (2 * 768 + 3072 + 768))
  })

  it.each([
    [{ rank: 0 }, /rank is 0, not a whole number from 1/],
    [{ rank: 7.5 }, /rank is 7.5/],
    [{ dropout: 1 }, /dropout is 1/],
    [{ targets: [] }, /targets/],
    [{ targets: ['bogus'] }, /targets/],
    [{ trainPooler: 'yes' }, /trainPooler/],
  ])('refuses the options %o', (options, message) => {
    expect(() => tinyTunedModel('bert', 'lora', { options })).toThrow(message)
  })

  it('trains a pooler that the folder lacks, though told not to', () => {
    const config = tinyConfig('bert')
    const weights = Object.entries(tinyWeights(config)).filter(([name]) => !name.includes('pooler'))
    const model = createTunedModel({
      config,
      weights: Object.fromEntries(weights),
      strategy: 'lora',
      options: { trainPooler: false },
      classes: 2,
      random: createRandom(1),
    })
    expect(model.parameters.map(({ name }) => name)).toContain('bert.pooler.dense.weight')
  })
})

describe('a head in the folder', () => {
  const withHead = (architectures: string[]) =>
    parseConfig({ ...tinyConfigJson('bert'), architectures, id2label: { 0: 'a', 1: 'b', 2: 'c' } })

  it('is offered for reuse where it classifies into as many classes', () => {
    const offers = (architecture: string, classes: number) =>
      strategyOf('full')
        .options(withHead([architecture]), classes)
        .map(({ name }) => name)
    expect(offers('BertForSequenceClassification', 3)).toEqual(['reuseHead'])
    expect(offers('BertForSequenceClassification', 2)).toEqual([])
    expect(offers('BertForTokenClassification', 3)).toEqual([])
  })
})

describe('the list', () => {
  it('has every strategy once, with a source and presets by size', () => {
    expect(strategies.map(({ id }) => id).sort()).toEqual([...strategyIds].sort())
    for (const { source, preset } of describeStrategies(tinyConfig('bert'), 2)) {
      expect(source).toMatch(/\d{4}/)
      expect(preset.epochs).toBeGreaterThan(0)
    }
  })
})
