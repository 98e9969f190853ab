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

/** The products' kernels that ran meanwhile, with what they were asked to transpose. */
async function transposesDuring(run: () => void): Promise<boolean[]> {
  const asked: boolean[] = []
  const original = tf.getKernel('BatchMatMul', 'cpu')
  const watching: tf.KernelFunc = (parameters) => {
    const { transposeA, transposeB } = parameters.attrs as unknown as { transposeA: boolean; transposeB: boolean }
    asked.push(transposeA || transposeB)
    return original.kernelFunc(parameters)
  }
  tf.unregisterKernel('BatchMatMul', 'cpu')
  tf.registerKernel({ ...original, kernelFunc: watching })
  run()
  tf.unregisterKernel('BatchMatMul', 'cpu')
  tf.registerKernel(original)
  return asked
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
  ])('of %o and %o has the gradients of mathematics, with untransposed products', async (left, right) => {
    const [a, b] = [tensorOf(left), tensorOf(right)]
    const weights = tensorOf([...left.slice(0, -1), right.at(-1) as number])
    const value = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(multiply(x, y), weights)) as tf.Scalar
    let gradients: tf.Tensor[] = []
    const asked = await transposesDuring(() => {
      gradients = tf.grads((x, y) => value(x as tf.Tensor, y as tf.Tensor))([a, b])
    })
    expect(asked).toEqual([false, false, false])
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

  it.each([
    [true, false],
    [false, true],
    [true, true],
  ])('leaves the gradients of transposing products right (%o, %o)', async (transposeA, transposeB) => {
    const a = tensorOf(transposeA ? [3, 5] : [5, 3])
    const b = tensorOf(transposeB ? [4, 3] : [3, 4])
    const plain = (x: tf.Tensor, y: tf.Tensor) =>
      multiply(transposeA ? tf.transpose(x) : x, transposeB ? tf.transpose(y) : y)
    const theirs = tf.grads((x, y) => tf.matMul(x as tf.Tensor, y as tf.Tensor, transposeA, transposeB))([a, b])
    const ours = tf.grads((x, y) => plain(x as tf.Tensor, y as tf.Tensor))([a, b])
    for (const side of [0, 1]) expect(await theirs[side]?.array()).toEqual(await ours[side]?.array())
  })

  it('computes nothing for a side that does not train', async () => {
    const [a, b] = [tensorOf([5, 3]), tensorOf([3, 4])]
    const asked = await transposesDuring(() => {
      tf.grad((x) => multiply(x, b))(a)
    })
    expect(asked).toHaveLength(2)
  })
})
