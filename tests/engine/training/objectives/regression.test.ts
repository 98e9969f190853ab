import { describe, expect, it } from 'vitest'
import { regression, scoreNumbers } from '../../../../src/main/engine/training/objectives/regression'
import { objectivesGolden } from '../../../support/objectives'
import { encodeWith } from '../../../support/training'

const golden = objectivesGolden.numbers
const scale = { mean: 40, deviation: 10 }
const objective = regression(scale)
const standardized = (values: readonly number[]) => values.map((value) => (value - scale.mean) / scale.deviation)
const examples = standardized(golden.truth).map((target) => ({
  tokenIds: Int32Array.of(1),
  target: Float32Array.of(target),
}))
const measured = Float32Array.from(standardized(golden.values))

describe("scores equal scikit-learn's, in the target's own units", () => {
  const metrics = scoreNumbers(golden.values, golden.truth)

  it.each(['r2', 'meanSquaredError', 'meanAbsoluteError', 'correlation'] as const)('%s', (name) => {
    expect(metrics[name]).toBeCloseTo(golden[name], 10)
  })

  it('from what the model says of the standardized target', () => {
    expect(objective.score(measured, examples)).toMatchObject({
      kind: 'regression',
      r2: expect.closeTo(golden.r2, 5),
      meanSquaredError: expect.closeTo(golden.meanSquaredError, 3),
      loss: expect.closeTo(golden.meanSquaredError / scale.deviation ** 2, 5),
      examples: 30,
    })
  })

  it('without spread: 1 for what is exact, 0 for all else, no correlation', () => {
    expect(scoreNumbers([2, 2], [2, 2])).toMatchObject({ r2: 1, correlation: 0 })
    expect(scoreNumbers([2, 3], [2, 2])).toMatchObject({ r2: 0, correlation: 0 })
  })
})

it('standardizes targets and predicts in their own units', async () => {
  const { examples: read } = await encodeWith(objective, ['60', '-1.5e1'])
  expect(read.map(({ target }) => target[0])).toEqual([2, -5.5])
  expect(objective.predict(Float32Array.of(2, -5.5))).toEqual([
    { kind: 'regression', value: 60 },
    { kind: 'regression', value: -15 },
  ])
})

it.each(['twelve', '', ' ', 'Infinity'])('refuses the target "%s"', async (target) => {
  await expect(encodeWith(objective, [target])).rejects.toMatchObject({ code: 'dataset-malformed' })
})

it("naively says the training split's mean", () => {
  const score = objective.naive([], examples)
  const squares = golden.truth.map((value) => (value - scale.mean) ** 2)
  const expected = squares.reduce((sum, value) => sum + value, 0) / squares.length
  expect(score).toMatchObject({ meanSquaredError: expect.closeTo(expected, 2), correlation: 0 })
})
