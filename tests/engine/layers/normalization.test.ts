import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { normalize, normalizeMeanSquare } from '../../../src/main/engine/layers/normalization'
import { startBackend, testBackends } from '../../support/backend'

describe.each(testBackends)('normalize with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const rows = [
    [1, 2, 4, 8],
    [-1, 0.5, 3, 0.25],
  ]
  const gain = [1, 0.5, 2, -1]
  const bias = [0.1, 0, -0.3, 0.2]
  const weights = [
    [1, -2, 0.5, 3],
    [0.3, 1, -1, 2],
  ]
  const epsilon = 1e-5

  /** The definition, in double precision. */
  const byDefinition = (x: number[][]) =>
    x.map((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length
      return row.map(
        (value, at) => ((value - mean) / Math.sqrt(variance + epsilon)) * (gain[at] ?? 0) + (bias[at] ?? 0),
      )
    })
  const score = (x: number[][]) =>
    byDefinition(x).reduce((sum, row, i) => sum + row.reduce((s, value, j) => s + value * (weights[i]?.[j] ?? 0), 0), 0)

  it('follows the definition', async () => {
    const ours = await normalize(tf.tensor2d(rows), tf.tensor1d(gain), tf.tensor1d(bias), epsilon).array()
    for (const [i, row] of byDefinition(rows).entries())
      for (const [j, value] of row.entries()) expect(ours[i]?.[j]).toBeCloseTo(value, 5)
  })

  it('has its gradient', async () => {
    const slope = tf.grad((x) =>
      tf.sum(tf.mul(normalize(x as tf.Tensor2D, tf.tensor1d(gain), tf.tensor1d(bias), epsilon), tf.tensor2d(weights))),
    )(tf.tensor2d(rows))
    const ours = (await slope.array()) as number[][]
    for (const [i, row] of rows.entries())
      for (const j of row.keys()) {
        const shifted = (by: number) => score(rows.map((r, a) => r.map((v, b) => (a === i && b === j ? v + by : v))))
        expect(ours[i]?.[j]).toBeCloseTo((shifted(1e-4) - shifted(-1e-4)) / 2e-4, 4)
      }
  })
})

describe.each(testBackends)('normalizeMeanSquare with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const rows = [
    [1, 2, 4, 8],
    [-1, 0.5, 3, 0.25],
  ]
  const gain = [1, 0.5, 2, -1]
  const weights = [
    [1, -2, 0.5, 3],
    [0.3, 1, -1, 2],
  ]
  const epsilon = 0.1

  /** The definition, in double precision: not centred, no bias. */
  const byDefinition = (x: number[][]) =>
    x.map((row) => {
      const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / row.length
      return row.map((value, at) => (value / Math.sqrt(meanSquare + epsilon)) * (gain[at] ?? 0))
    })
  const score = (x: number[][]) =>
    byDefinition(x).reduce((sum, row, i) => sum + row.reduce((s, value, j) => s + value * (weights[i]?.[j] ?? 0), 0), 0)

  it('follows the definition', async () => {
    const ours = await normalizeMeanSquare(tf.tensor2d(rows), tf.tensor1d(gain), epsilon).array()
    for (const [i, row] of byDefinition(rows).entries())
      for (const [j, value] of row.entries()) expect(ours[i]?.[j]).toBeCloseTo(value, 5)
  })

  it('has its gradient', async () => {
    const slope = tf.grad((x) =>
      tf.sum(tf.mul(normalizeMeanSquare(x as tf.Tensor2D, tf.tensor1d(gain), epsilon), tf.tensor2d(weights))),
    )(tf.tensor2d(rows))
    const ours = (await slope.array()) as number[][]
    for (const [i, row] of rows.entries())
      for (const j of row.keys()) {
        const shifted = (by: number) => score(rows.map((r, a) => r.map((v, b) => (a === i && b === j ? v + by : v))))
        expect(ours[i]?.[j]).toBeCloseTo((shifted(1e-4) - shifted(-1e-4)) / 2e-4, 4)
      }
  })
})
