import { describe, expect, it } from 'vitest'
import { scoreConfusion, scoreLogits, toPredictions } from '../../../src/main/engine/training/metrics'

const labels = ['a', 'b', 'c', 'd']
const targets = [0, 0, 0, 1, 1, 2, 2, 2, 2, 1]
const predicted = [0, 1, 0, 1, 1, 2, 0, 2, 1, 1]
const logits = Float32Array.from(predicted.flatMap((label) => labels.map((_, index) => (index === label ? 2 : 0))))

describe('scores equal scikit-learn', () => {
  const metrics = scoreLogits(logits, targets, labels)

  it('accuracy, macro-F1 over all labels with zero_division = 0', () => {
    expect(metrics.accuracy).toBe(0.7)
    expect(metrics.macroF1).toBeCloseTo(0.5208333333333333, 12)
    expect(metrics.examples).toBe(10)
  })

  it('per class and confusion', () => {
    expect(metrics.confusion).toEqual([
      [2, 1, 0, 0],
      [0, 3, 0, 0],
      [1, 1, 2, 0],
      [0, 0, 0, 0],
    ])
    expect(metrics.perClass.map(({ precision }) => precision)).toEqual([2 / 3, 0.6, 1, 0])
    expect(metrics.perClass.map(({ recall }) => recall)).toEqual([2 / 3, 1, 0.5, 0])
    expect(metrics.perClass.map(({ support }) => support)).toEqual([3, 3, 4, 0])
  })

  it('mean cross-entropy', () => {
    const right = -Math.log(Math.exp(2) / (Math.exp(2) + 3))
    expect(metrics.loss).toBeCloseTo((7 * right + 3 * (right + 2)) / 10, 6)
  })
})

it('predicts the largest logit with probabilities that sum to one', () => {
  const [first] = toPredictions(Float32Array.of(1000, 1001, -1000, 0), labels)
  expect(first?.label).toBe('b')
  expect(first?.probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6)
  expect(first?.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
})

it('scores no examples as zero', () => {
  expect(scoreConfusion([[0]], ['only'])).toMatchObject({ accuracy: 0, macroF1: 0, examples: 0 })
})

it('refuses logits that do not fit', () => {
  expect(() => scoreLogits(new Float32Array(3), [0], labels)).toThrow(/need 1 x 4 logits, have 3/)
})
