import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { addPositions, addTokenType, lookUp } from '../../../src/main/engine/layers/embedding'
import { startBackend, testBackends } from '../../support/backend'

describe.each(testBackends)('embeddings with %s', (backend) => {
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

  it('add word, position and type', async () => {
    const types = tf.tensor2d([
      [1000, 2000],
      [5, 5],
    ])
    const sum = await addTokenType(addPositions(lookUp(ids(), words()), positions(), 0), types).array()
    const expected = [
      [
        [1100.1, 2200.2],
        [1010.3, 2020.4],
      ],
      [
        [1010.1, 2020.2],
        [1010.3, 2020.4],
      ],
    ]
    for (const [text, rows] of expected.entries())
      for (const [place, values] of rows.entries())
        for (const [column, value] of values.entries()) expect(sum[text]?.[place]?.[column]).toBeCloseTo(value, 2)
  })

  it('may start at a later position', async () => {
    const placed = await addPositions(tf.zeros([1, 2, 2]), positions(), 1).array()
    expect(placed[0]?.[0]?.[0]).toBeCloseTo(0.3, 6)
    expect(placed[0]?.[1]?.[1]).toBeCloseTo(0.6, 6)
  })

  it('send gradients to the rows that were read, as often as they were', async () => {
    const gradients = tf.grads((table, places) =>
      addPositions(lookUp(ids(), table as tf.Tensor), places as tf.Tensor, 0),
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
