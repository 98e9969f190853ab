import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../../src/main/engine/models/config'
import { countValues, expectedTensors } from '../../../../../src/main/engine/models/weights'
import { models, operations, type StepCase, stepCase } from '../../../../../src/main/trainer/jobs/bench/cases'

const required = (found: StepCase | null): StepCase => {
  if (!found) throw new Error('no such case')
  return found
}

describe('models', () => {
  it('have the sizes they are named for', () => {
    const millions = (name: keyof typeof models) => countValues(expectedTensors(parseConfig(models[name]))) / 1e6
    expect(millions('encoder-small')).toBeCloseTo(22.9, 1)
    expect(millions('encoder-base')).toBeCloseTo(109.9, 1)
    expect(millions('decoder')).toBeCloseTo(70.8, 1)
  })

  it('refuse what needs a head that reads texts on a language model', () => {
    expect(stepCase('decoder', 'head-only', 64)).toBeNull()
    expect(stepCase('decoder', 'lora', 64)?.target).toBe('response')
  })

  it('time the pass where the base is frozen whole, else the step', () => {
    expect(stepCase('encoder-small', 'feature-based', 64)?.timed).toBe('pass')
    expect(stepCase('encoder-small', 'prefix-tuning', 64)?.timed).toBe('step')
  })
})

describe('operations of matrix products', () => {
  // A token's in a layer of 384 and 1536: four maps of 384, two of the feed-forward half, two products with 64 tokens.
  const layer = 2 * (4 * 384 ** 2 + 2 * 384 * 1536) + 4 * 64 * 384
  const count = (strategy: StepCase['strategy']) => operations(required(stepCase('encoder-small', strategy, 64)))

  it('are three forward passes where all trains, two where the base is frozen, one where it is only read', () => {
    expect(count('full')).toBe(3 * 16 * 64 * 6 * layer)
    expect(count('lora')).toBe(2 * 16 * 64 * 6 * layer)
    expect(count('head-only')).toBe(16 * 64 * 6 * layer)
  })

  it('leave out the layers below the lowest change', () => {
    expect(count('llama-adapter')).toBe(2 * 16 * 64 * 2 * layer)
  })

  it('count shared keys, gated feed-forward and the vocabulary once per answered token in a decoder', () => {
    const found = operations(required(stepCase('decoder', 'full', 64)))
    const gated = 2 * (2 * 576 * 576 + 2 * 576 * 192 + 3 * 576 * 1536) + 4 * 64 * 576
    expect(found).toBe(3 * 16 * (64 * 12 * gated + 32 * 2 * 576 * 49_152))
  })
})
