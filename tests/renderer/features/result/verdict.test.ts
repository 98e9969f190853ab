import { describe, expect, it } from 'vitest'
import { placeOf } from '../../../../src/renderer/features/result/CostCard'
import { verdictOf } from '../../../../src/renderer/features/result/verdict'
import type {
  InstructionMetrics,
  LanguageMetrics,
  MultiLabelMetrics,
  RegressionMetrics,
} from '../../../../src/shared/result'

const score = (label: string, support: number) => ({ label, support, precision: 1, recall: 1, f1: 1 })
const labelled = (accuracy: number, supports: number[]) => ({
  kind: 'single-label' as const,
  accuracy,
  macroF1: accuracy,
  loss: 1,
  examples: supports.reduce((sum, support) => sum + support, 0),
  perClass: supports.map((support, index) => score('abc'.charAt(index), support)),
  confusion: [],
})
const single = (accuracy: number, majority: number, supports: number[]) =>
  verdictOf({ test: labelled(accuracy, supports), naive: labelled(majority, supports) })

describe('verdictOf a single label', () => {
  it('counts what was right and names the label that would be right most often', () => {
    expect(single(0.84, 0.4, [40, 35, 25])).toEqual({
      kind: 'single-label',
      correct: 84,
      total: 100,
      baseline: 40,
      majority: 'a',
      tone: 'good',
    })
  })

  it('names no label where the test split does not tell it', () => {
    expect(single(0.6, 0.4, [40, 40, 20])).toMatchObject({ majority: null })
  })

  it('does not praise what is no better than not reading', () => {
    expect(single(0.4, 0.4, [40, 35, 25]).tone).toBe('poor')
    expect(single(0.55, 0.4, [40, 35, 25]).tone).toBe('some')
  })
})

describe('verdictOf several labels', () => {
  const metrics = (microF1: number): MultiLabelMetrics => ({
    kind: 'multi-label',
    microF1,
    macroF1: microF1,
    exactMatch: 0.5,
    loss: 0.3,
    examples: 20,
    perClass: [],
  })

  it('sets micro-F1 beside the most frequent labels', () => {
    const verdict = verdictOf({ test: metrics(0.8), naive: metrics(0.3) })
    expect(verdict).toEqual({ kind: 'multi-label', tone: 'good', correct: 10, total: 20, score: 0.8, baseline: 0.3 })
  })
})

describe('verdictOf numbers', () => {
  const metrics = (r2: number, meanAbsoluteError: number): RegressionMetrics => ({
    kind: 'regression',
    r2,
    meanAbsoluteError,
    meanSquaredError: 1,
    correlation: 0,
    loss: 1,
    examples: 20,
  })

  it('speaks of R2 and of the error in own units, against the mean', () => {
    const naive = metrics(-0.02, 3)
    expect(verdictOf({ test: metrics(0.7, 1.2), naive })).toEqual({
      kind: 'regression',
      tone: 'good',
      r2: 0.7,
      error: 1.2,
      baseline: 3,
    })
    expect(verdictOf({ test: metrics(0.2, 2), naive }).tone).toBe('some')
    expect(verdictOf({ test: metrics(-0.01, 3), naive }).tone).toBe('poor')
  })

  it('refuses a baseline of another problem', () => {
    expect(() => verdictOf({ test: metrics(0, 1), naive: labelled(0.5, [1]) })).toThrow(/regression.*single-label/)
  })
})

describe('verdictOf answers', () => {
  const metrics = (loss: number): InstructionMetrics => ({
    kind: 'instruction',
    loss,
    perplexity: Math.exp(loss),
    tokenAccuracy: 0.5,
    exactMatch: null,
    examples: 20,
    tokens: 400,
  })

  it('sets the perplexity beside that before training', () => {
    const naive = metrics(3)
    expect(verdictOf({ test: metrics(1), naive })).toMatchObject({ tone: 'good', baseline: Math.exp(3) })
    expect(verdictOf({ test: metrics(2.8), naive }).tone).toBe('some')
    expect(verdictOf({ test: metrics(3.1), naive }).tone).toBe('poor')
  })
})

describe('verdictOf adapting', () => {
  const metrics = (perplexity: number, tokenAccuracy: number): LanguageMetrics => ({
    kind: 'language',
    loss: Math.log(perplexity),
    perplexity,
    tokenAccuracy,
    examples: 20,
    tokens: 400,
  })
  const naive = metrics(20, 0.22)

  it('tells the share of hidden pieces foreseen, after and before', () => {
    expect(verdictOf({ test: metrics(12, 0.31), naive }, 'kept')).toEqual({
      kind: 'language',
      tone: 'good',
      total: 20,
      pieces: 400,
      foreseen: 0.31,
      baseline: 0.22,
    })
  })

  it('praises neither a small gain nor one over a head that was new', () => {
    expect(verdictOf({ test: metrics(19.5, 0.22), naive }, 'kept').tone).toBe('some')
    expect(verdictOf({ test: metrics(12, 0.31), naive }, 'new')).toMatchObject({ tone: 'some', baseline: null })
  })

  it('says where nothing was gained', () => {
    expect(verdictOf({ test: metrics(20, 0.25), naive }, 'kept').tone).toBe('poor')
    expect(verdictOf({ test: metrics(21, 0.22), naive }, 'new').tone).toBe('poor')
  })
})

describe('placeOf', () => {
  it('sets a figure against its range', () => {
    const range = { low: 10, high: 20 }
    expect([5, 10, 20, 21].map((actual) => placeOf(range, actual))).toEqual(['below', 'inside', 'inside', 'above'])
  })
})
