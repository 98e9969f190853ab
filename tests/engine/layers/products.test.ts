import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { multiply } from '../../../src/main/engine/layers/products'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

const random = createRandom(1)
const tensorOf = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  )

/** How many products' kernels ran meanwhile. */
function productsDuring(run: () => void): number {
  let count = 0
  const original = tf.getKernel('BatchMatMul', 'cpu')
  const watching: tf.KernelFunc = (parameters) => {
    count++
    return original.kernelFunc(parameters)
  }
  tf.unregisterKernel('BatchMatMul', 'cpu')
  tf.registerKernel({ ...original, kernelFunc: watching })
  run()
  tf.unregisterKernel('BatchMatMul', 'cpu')
  tf.registerKernel(original)
  return count
}

describe('multiply', () => {
  it.each([
    [
      [5, 3],
      [3, 4],
    ],
    [
      [2, 3, 5, 4],
      [2, 3, 4, 6],
    ],
  ])('of %o and %o has the gradients of mathematics', async (left, right) => {
    const [a, b] = [tensorOf(left), tensorOf(right)]
    const weights = tensorOf([...left.slice(0, -1), right.at(-1) as number])
    const value = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(multiply(x, y), weights)) as tf.Scalar
    const gradients = tf.grads((x, y) => value(x as tf.Tensor, y as tf.Tensor))([a, b])
    for (const [side, tensor] of [a, b].entries()) {
      const values = await tensor.data()
      const ours = (await gradients[side]?.data()) as Float32Array
      for (const at of [0, 7, values.length - 1]) {
        const shifted = (by: number) => {
          const copy = values.slice()
          copy[at] = (copy[at] as number) + by
          const moved = tf.tensor(copy, tensor.shape)
          return (side === 0 ? value(moved, b) : value(a, moved)).dataSync()[0] as number
        }
        expect(ours[at]).toBeCloseTo((shifted(0.1) - shifted(-0.1)) / 0.2, 3)
      }
    }
  })

  it('reads the right factor turned', async () => {
    const [a, b] = [tensorOf([2, 3, 5, 4]), tensorOf([2, 3, 6, 4])]
    const turned = multiply(a, tf.transpose(b, [0, 1, 3, 2]))
    expect(await multiply(a, b, true).array()).toEqual(await turned.array())
  })

  it('computes nothing for a side that does not train', () => {
    const [a, b] = [tensorOf([5, 3]), tensorOf([3, 4])]
    const count = productsDuring(() => tf.grad((x) => multiply(x, b))(a))
    expect(count).toBe(2)
  })
})
