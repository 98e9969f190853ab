import { describe, expect, it } from 'vitest'
import { linearData } from '../../../src/main/engine/training/fit-features'
import { applyLinearModel, fitLinearModel, type LinearData } from '../../../src/main/engine/training/linear-model'
import { weighLabels } from '../../../src/main/engine/training/objectives/label-weights'
import type { Problem } from '../../../src/shared/problem'
import { objectivesGolden } from '../../support/objectives'

const width = 4
const features = Float32Array.from({ length: 30 * width }, (_, at) => {
  const [row, column] = [Math.floor(at / width), at % width]
  return Math.sin(row * 1.7 + column * 0.9) * (column + 1) + (row % 3) * 0.4 * column
})
const classes = Array.from({ length: 30 }, (_, row) => (row * 7 + (Math.sin(row) > 0 ? 1 : 0)) % 3)
const targets = Float32Array.from(classes.flatMap((id) => [0, 1, 2].map((other) => (id === other ? 1 : 0))))
const data: LinearData = { features, targets, width, outputs: 3, link: 'softmax', weights: null }

/** scikit-learn's LogisticRegression(C=0.5, tol=1e-10) on the standardized features: centred logits of three rows. */
const golden = [
  [-0.018723263732057654, -0.015414101363115721, 0.03413736509517338],
  [0.023729505663189827, -0.09908373437919733, 0.0753542287160075],
  [0.030957153279130706, 0.03748067420225547, -0.06843782748138617],
]

function solve(from: LinearData, strength: number, start?: Float64Array) {
  const solver = fitLinearModel(from, { strength, maximumIterations: 500, ...(start ? { start } : {}) })
  let iterations = 0
  let next = solver.next()
  while (!next.done) {
    iterations += 1
    next = solver.next()
  }
  return { ...next.value, iterations }
}

it("finds scikit-learn's optimum", () => {
  const logits = applyLinearModel(solve(data, 0.5).model, features)
  for (const [row, expected] of golden.entries()) {
    const own = [...logits.subarray(row * 3, row * 3 + 3)]
    const mean = own.reduce((sum, value) => sum + value, 0) / 3
    for (const [label, value] of own.entries()) expect(value - mean).toBeCloseTo(expected[label] as number, 4)
  }
})

it('needs fewer iterations from a neighbouring solution', () => {
  const { solution } = solve(data, 0.4)
  expect(solve(data, 0.5, solution).iterations).toBeLessThan(solve(data, 0.5).iterations)
})

it('lets a constant feature be', () => {
  const constant = features.map((value, at) => (at % width === 2 ? 7 : value))
  const { model } = solve({ ...data, features: constant }, 1)
  for (const weight of model.weight.subarray(6, 9)) expect(weight).toBeCloseTo(0, 12)
})

describe('other links', () => {
  const golden = objectivesGolden.linearModels
  const shared = { features: Float32Array.from(golden.features.flat()), width: 5, weights: null }
  const expectAnswers = (answers: Float32Array, expected: readonly number[], digits = 4) => {
    expect(answers.length).toBe(expected.length)
    for (const [at, value] of answers.entries()) expect(value).toBeCloseTo(expected[at] as number, digits)
  }

  it("weighs rows as scikit-learn's balanced classes", () => {
    const problem: Problem = { kind: 'single-label', labels: ['0', '1', '2'] }
    const examples = golden.rare.map((id) => ({ target: Float32Array.of(id) }))
    const training = golden.rare.map((id) => ({ target: String(id) }))
    const weights = weighLabels('balanced', problem, training) ?? []
    const rows = golden.rare.map((id) => weights[id] as number)
    const own = linearData(problem, shared.features, examples, rows)
    expectAnswers(
      applyLinearModel(solve(own, golden.balanced.C).model, shared.features),
      golden.balanced.answers.flat(),
      3, // logits as large as 4: a gradient of 1e-5 leaves them an error of 1e-4
    )
  })

  it("one logistic regression per class, each at scikit-learn's optimum", () => {
    const own: LinearData = { ...shared, targets: Float32Array.from(golden.hot.flat()), outputs: 2, link: 'sigmoid' }
    expectAnswers(
      applyLinearModel(solve(own, golden.logistic.C).model, shared.features),
      golden.logistic.answers.flat(),
    )
  })

  it("ridge regression at scikit-learn's optimum", () => {
    const own: LinearData = { ...shared, targets: Float32Array.from(golden.number), outputs: 1, link: 'identity' }
    expectAnswers(applyLinearModel(solve(own, 1 / golden.ridge.alpha).model, shared.features), golden.ridge.answers)
  })
})
