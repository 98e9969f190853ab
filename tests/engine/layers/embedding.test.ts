import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { embedTokens } from '../../../src/main/engine/layers/embedding'
import { startBackend, testBackends } from '../../support/backend'

describe.each(testBackends)('embedTokens with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const words = () =>
    tf.tensor2d([
      [1, 2],
      [10, 20],
      [100, 200],
    ])
  const positions = () =>
    tf.tensor2d([
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ])
  const ids = () =>
    tf.tensor2d(
      [
        [2, 1],
        [1, 1],
      ],
      [2, 2],
      'int32',
    )

  it('adds word, position and type', async () => {
    const tables = {
      words: words(),
      positions: positions(),
      tokenTypes: tf.tensor2d([
        [1000, 2000],
        [5, 5],
      ]),
    }
    const sum = await embedTokens(ids(), tables).array()
    const expected = [
      [1100.1, 2200.2],
      [1010.3, 2020.4],
      [1010.1, 2020.2],
      [1010.3, 2020.4],
    ]
    for (const [row, values] of expected.entries())
      for (const [column, value] of values.entries()) expect(sum[row]?.[column]).toBeCloseTo(value, 2)
  })

  it('sends gradients to the rows that were read, as often as they were', async () => {
    const gradients = tf.grads((table, places) =>
      embedTokens(ids(), { words: table as tf.Tensor, positions: places as tf.Tensor }),
    )([words(), positions()])
    expect(await gradients[0]?.array()).toEqual([
      [0, 0],
      [3, 3],
      [1, 1],
    ])
    expect(await gradients[1]?.array()).toEqual([
      [2, 2],
      [2, 2],
      [0, 0],
    ])
  })
})
