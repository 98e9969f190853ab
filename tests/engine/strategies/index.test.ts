/** What cards say of a strategy, against what it really makes and what PEFT counts. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ModelConfig, parseConfig } from '../../../src/main/engine/models/config'
import { createTunedModel } from '../../../src/main/engine/models/create-tuned-model'
import { countParameters } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import { describeStrategies, strategies, strategyOf } from '../../../src/main/engine/strategies/index'
import { outputsOf } from '../../../src/shared/problem'
import {
  type ModelStrategyId,
  type StrategyOptions,
  strategyDescriptionSchema,
  strategyIds,
} from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { tinyConfig, tinyWeights } from '../../support/tiny-models'
import { tinyProblems } from '../../support/training'
import { allCombinations, everyCombination, misfitOf, modelOf } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const variants: Partial<Record<ModelStrategyId, StrategyOptions[]>> = {
  lora: [{ rank: 3, decomposed: true, rankStabilized: true, upperLayers: 1 }],
  full: [{ upperLayers: 1, layerDecay: 0.8 }],
  'prefix-tuning': [{ reparameterized: false, virtualTokens: 3 }, { hiddenWidth: 5 }],
  'prompt-tuning': [{ initialization: 'random', virtualTokens: 3 }],
}

describe.each(everyCombination)('$name', (combination) => {
  const { architecture, strategy, problem } = combination
  const config = tinyConfig(architecture)
  const outputs = outputsOf(tinyProblems[problem])

  it.each([{}, ...(variants[strategy] ?? [])])('trains and has as many parameters as it says, with %o', (options) => {
    const weights = tinyWeights(config)
    const model = createTunedModel({ config, weights, strategy, options, outputs, random: createRandom(1) })
    const described = strategyOf(strategy).describe(config, outputs, options)
    expect(strategyDescriptionSchema.parse(described)).toEqual(described)
    expect(described.misfit).toBeNull()
    expect(described.exportFormats.length).toBeGreaterThan(0)
    expect(countParameters(model.parameters)).toBe(described.trainableParameters)
    expect(model.totalParameters).toBe(described.totalParameters)
    model.dispose()
  })

  it('refuses options it does not know', () => {
    const before = tf.memory().numTensors
    expect(() => modelOf(combination, { options: { nonsense: 1 } })).toThrow(/nonsense is unknown/)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe.each(allCombinations.filter((combination) => misfitOf(combination) !== null))('$name', (combination) => {
  const { architecture, strategy } = combination
  it('says why it does not fit, and refuses', () => {
    const config = tinyConfig(architecture)
    const described = strategyOf(strategy).describe(config, null)
    expect(strategyDescriptionSchema.parse(described)).toEqual(described)
    expect(described.misfit).toBe(config.family === 'encoder' ? 'needs-decoder' : 'needs-reading-head')
    const before = tf.memory().numTensors
    expect(() => modelOf(combination)).toThrow(/Choose/)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('parameters at the size of real models', () => {
  const sizes = { vocab_size: 30522, max_position_embeddings: 512 }
  const bert = parseConfig({
    ...{ ...sizes, model_type: 'bert', hidden_size: 768, num_hidden_layers: 12 },
    ...{ num_attention_heads: 12, intermediate_size: 3072, type_vocab_size: 2 },
  })
  const distil = parseConfig({
    ...{ ...sizes, model_type: 'distilbert', dim: 768, n_layers: 6, n_heads: 12, hidden_dim: 3072 },
  })
  const gpt2Medium = parseConfig({
    ...{ model_type: 'gpt2', vocab_size: 50257, n_positions: 1024, n_embd: 1024, n_layer: 24, n_head: 16 },
  })
  const asPeft = { trainPooler: false }
  const trained = (strategy: ModelStrategyId, config: ModelConfig, options: StrategyOptions) =>
    strategyOf(strategy).describe(config, 2, options).trainableParameters

  it.each([
    ['lora', bert, asPeft, 296_450],
    ['lora', distil, {}, 739_586],
    ['ia3', bert, asPeft, 66_050],
    ['prompt-tuning', bert, asPeft, 16_898],
    ['prefix-tuning', bert, { ...asPeft, reparameterized: false }, 370_178],
    ['head-only', distil, {}, 592_130],
    ['full', distil, {}, 66_955_010],
    ['full', bert, {}, 109_483_778],
  ] as const)('%s counts as PEFT and transformers do', (strategy, config, options, count) => {
    expect(trained(strategy, config, options)).toBe(count)
  })

  it('counts the whole model with what is added to it', () => {
    const { totalParameters } = strategyOf('lora').describe(bert, 2, asPeft)
    expect(totalParameters).toBe(109_483_778 + 296_450 - 1538)
  })

  it('has a prefix of about 0.1 % of GPT-2 medium, and LoRA below 1 %', () => {
    const share = (strategy: ModelStrategyId, options: StrategyOptions) => {
      const described = strategyOf(strategy).describe(gpt2Medium, null, options)
      return described.trainableParameters / described.totalParameters
    }
    // Li and Liang 2021 say 0.1 % of what is kept after training.
    expect(share('prefix-tuning', { reparameterized: false, virtualTokens: 8 })).toBeCloseTo(0.0011, 4)
    expect(share('lora', {})).toBeLessThan(0.01)
  })

  it('shows as many in the head whatever trains beside it', () => {
    const head = trained('head-only', distil, {})
    expect(trained('prompt-tuning', distil, { virtualTokens: 20 }) - head).toBe(20 * 768)
  })
})

describe('a head in the folder', () => {
  const withHead = (architectures: string[]) =>
    parseConfig({ ...tinyConfig('bert').source, architectures, id2label: { 0: 'a', 1: 'b', 2: 'c' } })

  it('is offered for reuse where it has as many outputs', () => {
    const offers = (architecture: string, outputs: number) =>
      strategyOf('head-only')
        .options(withHead([architecture]), outputs)
        .map(({ name }) => name)
    expect(offers('BertForSequenceClassification', 3)).toEqual(['reuseHead'])
    expect(offers('BertForSequenceClassification', 2)).toEqual([])
    expect(offers('BertForTokenClassification', 3)).toEqual([])
  })
})

describe('the list', () => {
  const modelStrategies = strategyIds.filter((id) => id !== 'dictionary')

  it('has every strategy on a model, from the cheapest to the dearest', () => {
    expect(strategies.map(({ id }) => id)).toEqual(modelStrategies)
  })

  it.each(['bert', 'gpt2'] as const)('has sources and presets on %s', (architecture) => {
    for (const { source, preset } of describeStrategies(tinyConfig(architecture), 2)) {
      expect(source).toMatch(/\d{4}/)
      expect(preset.epochs).toBeGreaterThan(0)
    }
  })

  it('says which library formats are not to be had', () => {
    const missing = (architecture: 'bert' | 'distilbert') =>
      strategyOf('prefix-tuning').describe(tinyConfig(architecture), 2)
    expect(missing('distilbert')).toMatchObject({
      exportFormats: ['fino'],
      missingExports: [
        { format: 'peft', reason: 'architecture-refused' },
        { format: 'adapterhub', reason: 'not-as-safetensors' },
      ],
    })
    expect(missing('bert').exportFormats).toEqual(['peft'])
  })

  it('describes one strategy with the options chosen for it', () => {
    const chosen = { strategy: 'lora', options: { rank: 1 } } as const
    const [plain, with1] = [undefined, chosen].map((own) =>
      describeStrategies(tinyConfig('bert'), 2, own).map(({ trainableParameters }) => trainableParameters),
    )
    const differing = strategies.filter((_, index) => plain?.[index] !== with1?.[index])
    expect(differing.map(({ id }) => id)).toEqual(['lora'])
  })
})
