import { describe, expect, it } from 'vitest'
import {
  onlyDifferent,
  quoted,
  recipeDifferences,
  trainCommand,
  withChanges,
  withField,
  withOption,
} from '../../../src/renderer/lib/recipe-changes'
import type { Recipe } from '../../../src/shared/recipe'

const preset: Recipe = {
  datasetId: 'd1',
  modelId: 'starter',
  task: 'classification',
  strategy: 'lora',
  options: { rank: 8, targets: ['query', 'value'] },
  epochs: 8,
  batchSize: 16,
  accumulationSteps: 1,
  maxLength: 256,
  learningRate: 0.001,
  weightDecay: 0.01,
  warmupShare: 0.06,
  clipNorm: 1,
  seed: 42,
  patience: 3,
  labelWeights: 'equal',
  recomputeLayers: false,
  backend: 'auto',
  template: null,
}

describe('recipeDifferences', () => {
  it('finds nothing in the preset itself', () => {
    expect(recipeDifferences(preset, withChanges(preset, {}))).toEqual([])
  })

  it('names fields and options that differ', () => {
    const changed = withChanges(preset, { epochs: 3, options: { rank: 4, targets: ['query', 'value'] } })
    expect(recipeDifferences(preset, changed)).toEqual([
      { field: 'epochs', option: null, preset: 8, value: 3 },
      { field: 'option', option: 'rank', preset: 8, value: 4 },
    ])
  })
})

describe('changes', () => {
  it('are set and taken back', () => {
    const once = withField({}, 'epochs', 3)
    expect(once).toEqual({ epochs: 3 })
    expect(withField(once, 'epochs', undefined)).toEqual({})
  })

  it('keep other options and leave no empty record behind', () => {
    const two = withOption(withOption({ epochs: 3 }, 'rank', 4), 'alpha', 8)
    expect(two).toEqual({ epochs: 3, options: { rank: 4, alpha: 8 } })
    expect(withOption(withOption(two, 'rank', undefined), 'alpha', undefined)).toEqual({ epochs: 3 })
  })
})

describe('onlyDifferent', () => {
  it('drops what the preset says anyway', () => {
    const { datasetId: _, modelId: __, task: ___, strategy: ____, ...all } = preset
    expect(onlyDifferent(preset, all)).toEqual({})
    const changed = { ...all, epochs: 3, backend: 'wasm' as const, options: { ...all.options, rank: 4 } }
    expect(onlyDifferent(preset, changed)).toEqual({ epochs: 3, backend: 'wasm', options: { rank: 4 } })
    expect(onlyDifferent(preset, { template: 'Q: {prompt}\nA: ' })).toEqual({ template: 'Q: {prompt}\nA: ' })
  })
})

describe('trainCommand', () => {
  const request = { datasetId: 'd1', modelId: '/models/mine own', strategy: 'lora' } as const

  it('uses a flag for everything that has one', () => {
    const options = { rank: 4, targets: ['query', 'value'] }
    expect(trainCommand({ ...request, task: 'classification', epochs: 3, seed: 7, weightDecay: 0.1, options })).toBe(
      "fino train d1 --model '/models/mine own' --strategy lora --epochs 3 --weight-decay 0.1 --seed 7 " +
        '--option rank=4 --option targets=query,value',
    )
    expect(trainCommand({ ...request, template: 'Q: {prompt}\nA:' })).toContain("--template 'Q: {prompt}\nA:'")
  })

  it('names what is on or off only where it is on', () => {
    expect(trainCommand({ ...request, recomputeLayers: true })).toMatch(/ --recompute-layers$/)
    expect(trainCommand({ ...request, recomputeLayers: false })).not.toContain('recompute')
  })

  it('names no model for a dictionary, which needs none', () => {
    expect(trainCommand({ ...request, strategy: 'dictionary' })).toBe('fino train d1 --strategy dictionary')
  })
})

describe('quoted', () => {
  it('protects what a shell would read', () => {
    expect(quoted('plain-1.csv')).toBe('plain-1.csv')
    expect(quoted("it's")).toBe("'it'\\''s'")
    expect(quoted('$HOME')).toBe("'$HOME'")
  })
})
