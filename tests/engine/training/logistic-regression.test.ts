import { expect, it } from 'vitest'
import { applyLogisticRegression, fitLogisticRegression } from '../../../src/main/engine/training/logistic-regression'

const width = 4
const features = Float32Array.from({ length: 30 * width }, (_, at) => {
  const [row, column] = [Math.floor(at / width), at % width]
  return Math.sin(row * 1.7 + column * 0.9) * (column + 1) + (row % 3) * 0.4 * column
})
const targets = Array.from({ length: 30 }, (_, row) => (row * 7 + (Math.sin(row) > 0 ? 1 : 0)) % 3)
const data = { features, targets, width, classes: 3 }

/** scikit-learn's LogisticRegression(C=0.5, tol=1e-10) on the standardized features: centred logits of three rows. */
const golden = [
  [-0.018723263732057654, -0.015414101363115721, 0.03413736509517338],
  [0.023729505663189827, -0.09908373437919733, 0.0753542287160075],
  [0.030957153279130706, 0.03748067420225547, -0.06843782748138617],
]

function solve(strength: number, start?: Float64Array) {
  const solver = fitLogisticRegression(data, { strength, maximumIterations: 500, ...(start ? { start } : {}) })
  let iterations = 0
  let next = solver.next()
  while (!next.done) {
    iterations += 1
    next = solver.next()
  }
  return { ...next.value, iterations }
}

it("finds scikit-learn's optimum", () => {
  const logits = applyLogisticRegression(solve(0.5).model, features)
  for (const [row, expected] of golden.entries()) {
    const own = [...logits.subarray(row * 3, row * 3 + 3)]
    const mean = own.reduce((sum, value) => sum + value, 0) / 3
    for (const [label, value] of own.entries()) expect(value - mean).toBeCloseTo(expected[label] as number, 4)
  }
})

it('needs fewer iterations from a neighbouring solution', () => {
  const { solution } = solve(0.4)
  expect(solve(0.5, solution).iterations).toBeLessThan(solve(0.5).iterations)
})

it('lets a constant feature be', () => {
  const constant = features.map((value, at) => (at % width === 2 ? 7 : value))
  const solver = fitLogisticRegression({ ...data, features: constant }, { strength: 1, maximumIterations: 500 })
  let next = solver.next()
  while (!next.done) next = solver.next()
  for (const weight of next.value.model.weight.subarray(6, 9)) expect(weight).toBeCloseTo(0, 12)
})
