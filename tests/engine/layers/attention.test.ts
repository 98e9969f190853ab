import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { attend, attentionBias } from '../../../src/main/engine/layers/attention'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

const random = createRandom(5)
const rows = (count: number) =>
  tf.tensor2d(Array.from({ length: count }, () => [0, 0, 0, 0].map(() => random.normal())))
const mode = { training: false } as const

describe('attend', () => {
  it('mixes values by the softmax of scaled products, head by head, without padded keys', async () => {
    const [query, key, value] = [rows(6), rows(6), rows(6)]
    const mask = [
      [1, 1, 1],
      [1, 1, 0],
    ]
    const bias = attentionBias(tf.tensor2d(mask))
    const ours = await attend({ query, key, value, bias, heads: 2, dropoutRate: 0, mode }).array()
    const [q, k, v] = [await query.array(), await key.array(), await value.array()]
    for (const text of [0, 1])
      for (const head of [0, 1])
        for (const time of [0, 1, 2]) {
          const columns = [2 * head, 2 * head + 1]
          const at = (x: number[][], step: number, column: number) => x[3 * text + step]?.[column] ?? Number.NaN
          const scores = [0, 1, 2].map((other) =>
            mask[text]?.[other] === 0
              ? 0
              : Math.exp(columns.reduce((sum, c) => sum + at(q, time, c) * at(k, other, c), 0) / Math.SQRT2),
          )
          const total = scores.reduce((a, b) => a + b)
          for (const c of columns) {
            const expected = scores.reduce((sum, score, other) => sum + (score / total) * at(v, other, c), 0)
            expect(at(ours, time, c)).toBeCloseTo(expected, 5)
          }
        }
  })

  it('gives a row that is all padding the mean of all values, not NaN', async () => {
    const [query, key, value] = [rows(2), rows(2), rows(2)]
    const bias = attentionBias(tf.tensor2d([[0, 0]]))
    const ours = await attend({ query, key, value, bias, heads: 1, dropoutRate: 0, mode }).array()
    const mean = await tf.mean(value, 0).array()
    for (const [column, expected] of (mean as number[]).entries()) expect(ours[0]?.[column]).toBeCloseTo(expected, 5)
  })
})
