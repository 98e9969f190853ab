import { expect, it } from 'vitest'
import { weighLabels } from '../../../../src/main/engine/training/objectives/label-weights'
import { singleLabel } from '../../../../src/main/engine/training/objectives/single-label'
import type { Problem } from '../../../../src/shared/problem'
import { encodeWith } from '../../../support/training'

const objective = singleLabel(['a', 'b', 'c', 'd'])
const examplesOf = (...ids: number[]) => ids.map((id) => ({ tokenIds: Int32Array.of(1), target: Float32Array.of(id) }))

it('predicts the largest logit with probabilities that sum to one', () => {
  const [first] = objective.predict(Float32Array.of(1000, 1001, -1000, 0)) ?? []
  if (first?.kind !== 'single-label') throw new Error('another kind')
  expect(first.label).toBe('b')
  expect(first.probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6)
  expect(first.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
})

it('reads class ids, and refuses a class that the data set has not', async () => {
  const { examples } = await encodeWith(objective, ['c', 'a'])
  expect(examples.map(({ target }) => [...target])).toEqual([[2], [0]])
  await expect(encodeWith(objective, ['e'])).rejects.toMatchObject({ code: 'dataset-malformed' })
})

it("tells each row's loss", () => {
  const losses = objective.losses(Float32Array.of(0, 0, 0, 0, 5, 0, 0, 0), examplesOf(3, 1))
  expect(losses[0]).toBeCloseTo(Math.log(4), 10)
  expect(losses[1]).toBeCloseTo(Math.log(Math.exp(5) + 3), 6)
})

it('naively says the most frequent class of the training split', () => {
  const training = ['b', 'a', 'b', 'c'].map((target) => ({ text: '', target }))
  const naive = objective.naive(training, examplesOf(1, 1, 0, 3))
  expect(naive).toMatchObject({ kind: 'single-label', accuracy: 0.5, macroF1: 2 / 3 / 4, examples: 4 })
  // Shares 2/8, 3/8, 2/8 and 1/8 by the rule of succession: a class that training never saw costs no infinity.
  expect(naive?.loss).toBeCloseTo(-(2 * Math.log(3 / 8) + Math.log(2 / 8) + Math.log(1 / 8)) / 4, 6)
})

it('weighs labels in training alone', () => {
  const weighted = singleLabel(['a', 'b', 'c', 'd'], [1, 4, 1, 1])
  const measured = Float32Array.of(3, 0, 0, 0, 0, 0, 2, 0)
  expect(examplesOf(1, 2).map(weighted.weightOf)).toEqual([4, 1])
  expect(weighted.score(measured, examplesOf(1, 2))).toEqual(objective.score(measured, examplesOf(1, 2)))
  expect(weighted.losses(measured, examplesOf(1, 2))).toEqual(objective.losses(measured, examplesOf(1, 2)))
})

it('weighs nothing but labels of which a text has one', () => {
  const several: Problem = { kind: 'multi-label', labels: ['a', 'b'], separator: ';' }
  expect(weighLabels('equal', several, [])).toBeNull()
  expect(() => weighLabels('balanced', several, [{ target: 'a' }])).toThrow(/where a text has one/)
})
