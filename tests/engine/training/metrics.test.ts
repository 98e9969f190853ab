import { describe, expect, it } from 'vitest'
import { meritsOf, scoreConfusion, scoreLogits } from '../../../src/main/engine/training/metrics'

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

it('scores no examples as zero', () => {
  expect(scoreConfusion([[0]], ['only'])).toMatchObject({ accuracy: 0, macroF1: 0, examples: 0 })
})

it('refuses logits that do not fit', () => {
  expect(() => scoreLogits(new Float32Array(3), [0], labels)).toThrow(/need 1 x 4 logits, have 3/)
})

describe('what an evaluation is chosen by', () => {
  const classes = scoreLogits(logits, targets, labels)

  it('is macro-F1 before the loss for one class of several', () => {
    expect(meritsOf(classes)).toEqual([classes.macroF1, -classes.loss])
  })

  it('is micro-F1 before the loss for sets of classes', () => {
    const sets = { kind: 'multi-label', microF1: 0.5, macroF1: 0.1, exactMatch: 0, loss: 2, examples: 1, perClass: [] }
    expect(meritsOf({ ...sets, kind: 'multi-label' })).toEqual([0.5, -2])
  })

  it('is the loss for numbers', () => {
    const numbers = { r2: 0.3, meanSquaredError: 9, meanAbsoluteError: 3, correlation: 0.5, loss: 0.7, examples: 4 }
    expect(meritsOf({ kind: 'regression', ...numbers })).toEqual([-0.7])
  })
})
