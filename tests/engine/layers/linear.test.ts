import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { linear } from '../../../src/main/engine/layers/linear'
import { startBackend, testBackends } from '../../support/backend'

describe.each(testBackends)('linear with %s', (backend) => {
  beforeAll(() => startBackend(backend))

  it('is x W + b with W as [in, out]', async () => {
    const y = linear(
      tf.tensor2d([[1, 2, 3]]),
      tf.tensor2d([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
      tf.tensor1d([10, 20]),
    )
    expect(await y.array()).toEqual([[14, 25]])
  })

  it('has the gradients x^T dy, dy W^T and the sum of dy', async () => {
    const [dx, dw, db] = tf.grads((x, w, b) => linear(x as tf.Tensor2D, w as tf.Tensor, b as tf.Tensor))(
      [
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        tf.tensor2d([
          [5, 6],
          [7, 8],
        ]),
        tf.tensor1d([0, 0]),
      ],
      tf.tensor2d([
        [1, 10],
        [100, 1000],
      ]),
    )
    expect(await dx?.array()).toEqual([
      [65, 87],
      [6500, 8700],
    ])
    expect(await dw?.array()).toEqual([
      [301, 3010],
      [402, 4020],
    ])
    expect(await db?.array()).toEqual([101, 1010])
  })
})
