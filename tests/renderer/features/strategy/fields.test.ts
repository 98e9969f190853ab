import { describe, expect, it } from 'vitest'
import { formFieldsOf, optionsOf, sharedChanges } from '../../../../src/renderer/features/strategy/fields'
import type { StrategyDescription } from '../../../../src/shared/strategy'

const dictionary: StrategyDescription = {
  id: 'dictionary',
  source: '',
  trainableParameters: 1,
  totalParameters: 1,
  exportFormats: ['dictionary'],
  missingExports: [],
  misfit: null,
  options: [
    { kind: 'choice', name: 'predictor', value: 'linear', choices: ['linear', 'random-forest'] },
    { kind: 'number', name: 'words', value: 1000, minimum: 1, maximum: 9999, step: 1 },
    { kind: 'word-list', name: 'wordList', value: '' },
    { kind: 'choice', name: 'dictionarySource', value: 'both', choices: ['both', 'list'] },
  ],
  preset: { epochs: 1, batchSize: 1, learningRate: 1, weightDecay: 0, warmupShare: 0 },
}
const names = (chosen: StrategyDescription['options'][number]['value'], advanced: boolean) =>
  optionsOf(dictionary, { wordList: chosen }, advanced).map(({ name }) => name)

describe('optionsOf', () => {
  it('keeps the finer ones for the advanced', () => {
    expect(names('', false)).toEqual(['predictor', 'wordList'])
    expect(names('', true)).toEqual(['predictor', 'words', 'wordList'])
  })

  it('shows what another value makes meaningful', () => {
    expect(names('a1', true)).toContain('dictionarySource')
  })
})

describe('formFieldsOf', () => {
  it('asks for no epochs where there are none', () => {
    expect(formFieldsOf('lora', false)).toEqual(['epochs', 'maxLength', 'seed'])
    expect(formFieldsOf('feature-based', true)).not.toContain('epochs')
    expect(formFieldsOf('dictionary', true)).toEqual(['seed'])
  })
})

describe('sharedChanges', () => {
  it('keeps what means the same to every strategy', () => {
    expect(
      sharedChanges({
        epochs: 3,
        seed: 7,
        labelWeights: 'balanced',
        recomputeLayers: true,
        template: 'Q {prompt}',
        options: { rank: 4 },
      }),
    ).toEqual({
      seed: 7,
      labelWeights: 'balanced',
      recomputeLayers: true,
      template: 'Q {prompt}',
    })
  })
})
