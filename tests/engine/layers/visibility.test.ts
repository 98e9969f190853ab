import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { causalBias, paddingBias, widenMask } from '../../../src/main/engine/layers/visibility'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

const seen = async (bias: tf.Tensor) => [...(await bias.data())].map((value) => (value === 0 ? 1 : 0))
const mask = () =>
  tf.tensor2d([
    [1, 1, 1, 1],
    [1, 1, 0, 0],
  ])

describe('what a query sees', () => {
  it('is everything but padding in an encoder', async () => {
    const bias = paddingBias(mask())
    expect(bias.shape).toEqual([2, 1, 1, 4])
    expect(await seen(bias)).toEqual([1, 1, 1, 1, 1, 1, 0, 0])
    expect(Math.min(...(await bias.data()))).toBeGreaterThan(Number.NEGATIVE_INFINITY)
  })

  it('is itself and what is before it in a decoder, without padding', async () => {
    const bias = causalBias(mask(), 4, null)
    expect(bias.shape).toEqual([2, 1, 4, 4])
    expect(await seen(bias)).toEqual([
      ...[1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1],
      ...[1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0],
    ])
  })

  it('is no more than a window', async () => {
    const bias = causalBias(tf.ones([1, 4]), 4, 2)
    expect(await seen(bias)).toEqual([1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1])
  })

  it('includes what was read before the rows in question', async () => {
    expect(await seen(causalBias(tf.ones([1, 5]), 2, null))).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 1])
    expect(await seen(causalBias(tf.ones([1, 5]), 2, 3))).toEqual([0, 1, 1, 1, 0, 0, 0, 1, 1, 1])
  })

  it('includes what is put in front of a text', async () => {
    expect(await widenMask(mask(), 2).array()).toEqual([
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 0, 0],
    ])
    expect(await widenMask(mask(), 0).array()).toEqual(await mask().array())
  })
})
