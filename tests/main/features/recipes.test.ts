import { expect, test } from 'vitest'
import { resolveRecipe } from '../../../src/main/features/recipes'
import type { Dataset } from '../../../src/shared/dataset'
import type { Model } from '../../../src/shared/model'
import type { RecipeRequest } from '../../../src/shared/recipe'
import type { StrategyDescription } from '../../../src/shared/strategy'
import { someStrategy } from '../../support/scripted-trainer'

const dataset = { id: 'd', name: 'Messages', task: 'classification' } as Dataset
const model = { id: 'm', name: 'Small', maximumLength: 128 } as Model
const settings = { language: 'en', colorScheme: 'auto', backend: 'auto' } as const
type Strategy = Partial<StrategyDescription>
const resolve = (request: Partial<RecipeRequest> = {}, strategy: Strategy = {}) =>
  resolveRecipe({
    request: { datasetId: 'd', modelId: 'm', strategy: strategy.id ?? 'lora', ...request },
    dataset,
    model,
    strategy: someStrategy(strategy),
    settings,
  })

test('presets and options of the strategy fill what was left out', () => {
  expect(resolve()).toEqual({
    datasetId: 'd',
    modelId: 'm',
    task: 'classification',
    strategy: 'lora',
    options: { rank: 8, targets: ['query', 'value'] },
    epochs: 4,
    batchSize: 16,
    accumulationSteps: 1,
    maxLength: 128,
    learningRate: 0.001,
    weightDecay: 0.01,
    warmupShare: 0.1,
    clipNorm: 1,
    seed: 42,
    patience: 3,
    recomputeLayers: false,
    labelWeights: 'equal',
    backend: 'auto',
    template: null,
  })
})

test('what was chosen wins, option by option', () => {
  expect(resolve({ epochs: 1, learningRate: 0.5, options: { rank: 2 }, backend: 'wasm' })).toMatchObject({
    epochs: 1,
    batchSize: 16,
    learningRate: 0.5,
    options: { rank: 2, targets: ['query', 'value'] },
    backend: 'wasm',
  })
})

const invalid: [string, Partial<RecipeRequest>, RegExp][] = [
  ['a length beyond the model', { maxLength: 129 }, /maxLength cannot be 129: Small reads at most 128 tokens/],
  ['an unknown option', { options: { rnak: 8 } }, /options.rnak .* no such option \(it has: rank, targets\)/],
  ['an option out of range', { options: { rank: 65 } }, /options.rank cannot be 65: .* from 1 to 64/],
  ['an option of another kind', { options: { rank: 'high' } }, /number from 1 to 64/],
  ['an unknown choice', { options: { targets: ['output'] } }, /one or more of query, key, value/],
  ['no choice', { options: { targets: [] } }, /one or more of/],
  ['another task than the data', { task: 'regression' }, /imported for classification/],
  ['no epochs', { epochs: 0 }, /epochs is not right/],
]
test.each(invalid)('%s is refused', (_, request, message) => {
  expect(() => resolve(request)).toThrow(
    expect.objectContaining({ code: 'recipe-invalid', message: expect.stringMatching(message) }),
  )
})

test('what a strategy puts before each text leaves less room for it', () => {
  const virtualTokens = { kind: 'number', name: 'virtualTokens', value: 20, minimum: 1, maximum: 64, step: 1 } as const
  for (const id of ['prompt-tuning', 'prefix-tuning'] as const) {
    const strategy: Partial<StrategyDescription> = { id, options: [virtualTokens] }
    expect(resolve({}, strategy).maxLength).toBe(108)
    expect(resolve({ options: { virtualTokens: 64 } }, strategy).maxLength).toBe(64)
    expect(() => resolve({ maxLength: 128 }, strategy)).toThrow(`tokens, of which ${id} takes 20; use 108 or fewer`)
  }
})

test('a dictionary reads any text, whatever the model at hand', () => {
  const wordList = { kind: 'word-list', name: 'wordList', value: '' } as const
  const strategy: Partial<StrategyDescription> = { id: 'dictionary', options: [wordList] }
  expect(resolve({}, strategy).maxLength).toBe(256)
  expect(resolve({ maxLength: 8000 }, strategy).maxLength).toBe(8000)
  expect(resolve({ options: { wordList: 'abc' } }, strategy).options).toEqual({ wordList: 'abc' })
})

test('a text as an option has its length', () => {
  const initialText = { kind: 'text', name: 'initialText', value: '', maximumLength: 10 } as const
  const strategy: Partial<StrategyDescription> = { id: 'prompt-tuning', options: [initialText] }
  expect(resolve({ options: { initialText: 'Positive?' } }, strategy).options).toEqual({ initialText: 'Positive?' })
  expect(() => resolve({ options: { initialText: 'Positive or not?' } }, strategy)).toThrow(/at most 10 characters/)
})

test('labels are weighed where each text has one, by what can', () => {
  const labels = [{ label: 'a', rows: 9 }]
  const weigh = (changes: Partial<Dataset>, strategy: Strategy = {}, options: RecipeRequest['options'] = {}) =>
    resolveRecipe({
      request: { datasetId: 'd', modelId: 'm', strategy: strategy.id ?? 'lora', labelWeights: 'balanced', options },
      dataset: { ...dataset, labels, labelSeparator: null, ...changes },
      model,
      strategy: someStrategy(strategy),
      settings,
    })
  const choices = ['linear', 'random-forest']
  const words: Strategy = {
    id: 'dictionary',
    options: [{ kind: 'choice', name: 'predictor', value: 'linear', choices }],
  }
  expect(weigh({}).labelWeights).toBe('balanced')
  expect(weigh({}, words).labelWeights).toBe('balanced')
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'recipe-invalid', message: expect.stringMatching(message) })
  expect(() => weigh({ labelSeparator: ';' })).toThrow(
    refused(/each text has exactly one, unlike in Messages; use equal/),
  )
  expect(() => weigh({}, words, { predictor: 'random-forest' })).toThrow(refused(/trees count every text once/))
})
