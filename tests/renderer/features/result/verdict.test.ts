import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../../src/renderer/features/result/CostCard'
import { verdictOf } from '../../../../src/renderer/features/result/verdict'

const score = (label: string, support: number) => ({ label, support, precision: 1, recall: 1, f1: 1 })
const result = (accuracy: number, majority: number, supports: number[]) => ({
  test: {
    accuracy,
    macroF1: accuracy,
    loss: 1,
    examples: supports.reduce((sum, support) => sum + support, 0),
    perClass: supports.map((support, index) => score('abc'.charAt(index), support)),
    confusion: [],
  },
  majority: { accuracy: majority, macroF1: 0.1 },
})

describe('verdictOf', () => {
  it('counts what was right and names the label that would be right most often', () => {
    expect(verdictOf(result(0.84, 0.4, [40, 35, 25]))).toEqual({
      correct: 84,
      total: 100,
      baseline: 40,
      majority: 'a',
      tone: 'good',
    })
  })

  it('names no label where the test split does not tell it', () => {
    expect(verdictOf(result(0.6, 0.4, [40, 40, 20])).majority).toBeNull()
  })

  it('does not praise what is no better than not reading', () => {
    expect(verdictOf(result(0.4, 0.4, [40, 35, 25])).tone).toBe('poor')
    expect(verdictOf(result(0.55, 0.4, [40, 35, 25])).tone).toBe('some')
  })
})

describe('placeOf', () => {
  it('sets a figure against its range', () => {
    const range = { low: 10, high: 20 }
    expect([5, 10, 20, 21].map((actual) => placeOf(range, actual))).toEqual(['below', 'inside', 'inside', 'above'])
  })
})
