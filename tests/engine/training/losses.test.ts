import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { crossEntropy } from '../../../src/main/engine/training/losses'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

/** torch.nn.functional.cross_entropy of these logits with targets [2, 1], and its gradient. */
const logits = [1, 2, -1, 1000, -1000, 3]
const golden = {
  loss: 1001.6744995117188,
  gradient: [0.12974824011325836, 0.35269227623939514, -0.4824404716491699, 0.5, -0.5, 0],
}

it('equals torch, value and gradient, also where exponentials would overflow', () => {
  tf.tidy(() => {
    const labels = tf.tensor1d([2, 1], 'int32')
    const { value, grad } = tf.valueAndGrad((x) => crossEntropy(x as tf.Tensor2D, labels))(tf.tensor2d(logits, [2, 3]))
    expect(value.dataSync()[0]).toBeCloseTo(golden.loss, 3)
    for (const [index, entry] of grad.dataSync().entries())
      expect(entry).toBeCloseTo(golden.gradient[index] as number, 6)
  })
})

it('passes the gradient of what follows through', () => {
  tf.tidy(() => {
    const labels = tf.tensor1d([2, 1], 'int32')
    const gradient = tf.grad((x) => tf.mul(crossEntropy(x as tf.Tensor2D, labels), 3))(tf.tensor2d(logits, [2, 3]))
    expect(gradient.dataSync()[0]).toBeCloseTo(3 * 0.12974824011325836, 6)
  })
})
