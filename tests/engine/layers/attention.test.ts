import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { attend, concatenate, joinHeads, shareAmong, splitHeads } from '../../../src/main/engine/layers/attention'
import { paddingBias } from '../../../src/main/engine/layers/visibility'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

const random = createRandom(5)
const tensor = (shape: [number, number, number, number]) =>
  tf.tensor4d(
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  )
const mode = { training: false } as const

/** The definition, for one query, one head's keys and values and the keys seen. */
function mix(query: number[], keys: number[][], values: number[][], seen: boolean[]): number[] {
  const scores = keys.map((key, at) =>
    seen[at] ? Math.exp(key.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0) / Math.sqrt(query.length)) : 0,
  )
  const total = scores.reduce((a, b) => a + b)
  return query.map((_, i) => scores.reduce((sum, score, at) => sum + (score / total) * (values[at]?.[i] ?? 0), 0))
}

describe('attend', () => {
  it.each([4, 2, 1])('mixes values by the softmax of scaled products, four heads sharing %i', async (shared) => {
    const [queries, keys, values] = [tensor([2, 4, 3, 2]), tensor([2, shared, 3, 2]), tensor([2, shared, 3, 2])]
    const mask = [
      [1, 1, 1],
      [1, 1, 0],
    ]
    const input = { queries, keys, values, bias: paddingBias(tf.tensor2d(mask)), dropoutRate: 0, mode }
    const ours = await attend(input).array()
    const [q, k, v] = [await queries.array(), await keys.array(), await values.array()]
    for (const text of [0, 1])
      for (const head of [0, 1, 2, 3])
        for (const time of [0, 1, 2]) {
          const own = Math.floor((head * shared) / 4) // neighbours share
          const seen = (mask[text] ?? []).map((value) => value === 1)
          const query = q[text]?.[head]?.[time] ?? []
          const expected = mix(query, k[text]?.[own] ?? [], v[text]?.[own] ?? [], seen)
          for (const [i, value] of expected.entries()) expect(ours[text]?.[head]?.[time]?.[i]).toBeCloseTo(value, 5)
        }
  })

  it('gives a row that is all padding the mean of all values, not NaN', async () => {
    const [queries, keys, values] = [tensor([1, 1, 2, 4]), tensor([1, 1, 2, 4]), tensor([1, 1, 2, 4])]
    const bias = paddingBias(tf.tensor2d([[0, 0]]))
    const ours = await attend({ queries, keys, values, bias, dropoutRate: 0, mode }).array()
    const mean = (await tf.mean(values, 2).array()) as number[][][]
    for (const [column, expected] of (mean[0]?.[0] ?? []).entries())
      expect(ours[0]?.[0]?.[0]?.[column]).toBeCloseTo(expected, 5)
  })
})

describe('heads', () => {
  it('are split from rows and joined again', async () => {
    const rows = tf.tensor2d(
      Array.from({ length: 6 * 8 }, (_, at) => at),
      [6, 8],
    )
    const apart = splitHeads(rows, 2, 4)
    expect(apart.shape).toEqual([2, 4, 3, 2])
    expect((await apart.array())[1]?.[2]?.[0]).toEqual([3 * 8 + 4, 3 * 8 + 5]) // fourth row, third head
    expect(await joinHeads(apart).array()).toEqual(await rows.array())
  })

  it('of a prefix are the same for every text, and send every text’s gradient back', async () => {
    const prefix = tf.tensor2d([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ])
    const shared = await shareAmong(3, prefix, 2).array()
    expect(shared).toHaveLength(3)
    for (const one of shared)
      expect(one).toEqual([
        [
          [1, 2],
          [5, 6],
        ],
        [
          [3, 4],
          [7, 8],
        ],
      ])
    const slope = tf.grad((x) => shareAmong(3, x as tf.Tensor2D, 2))(prefix)
    expect([...(await slope.data())]).toEqual(Array(8).fill(3))
  })

  it('of what came before stand before', async () => {
    const [first, second] = [tensor([1, 2, 1, 2]), tensor([1, 2, 3, 2])]
    const both = concatenate({ keys: first, values: first }, { keys: second, values: second })
    expect(both.keys.shape).toEqual([1, 2, 4, 2])
    expect((await both.values.array())[0]?.[1]?.[0]).toEqual((await first.array())[0]?.[1]?.[0])
  })
})
