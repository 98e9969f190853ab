import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { startBackend, type TestBackend } from '../../support/backend'
import { softwareCardMissing } from '../../support/software-card'

/** Gradient of rows looked up, of which some are looked up often. */
async function embeddingGradient(backend: TestBackend): Promise<number[]> {
  await startBackend(backend)
  const gradient = tf.tidy(() => {
    const table = tf.randomNormal([40, 6], 0, 1, 'float32', 1) as tf.Tensor2D
    const ids = tf.tensor1d(
      Array.from({ length: 300 }, (_, place) => (place * place) % 37),
      'int32',
    )
    const weights = tf.randomNormal([300, 6], 0, 1, 'float32', 2)
    return tf.grad((words: tf.Tensor) => tf.sum(tf.mul(tf.square(tf.gather(words, ids)), weights)))(table)
  })
  const values = [...(await gradient.data())]
  gradient.dispose()
  return values
}

describe.skipIf(softwareCardMissing)('on SwiftShader (skipped where Chromium is missing)', () => {
  test('the gradient of looked-up rows is exact, and the same to the bit each time', async () => {
    const expected = await embeddingGradient('cpu')
    const found = await embeddingGradient('webgpu')
    for (const [place, value] of found.entries()) expect(value).toBeCloseTo(expected[place] as number, 4)
    expect(await embeddingGradient('webgpu')).toEqual(found)
    expect(found.filter((value) => value === 0).length).toBeGreaterThan(6)
  })

  test('any number of tensors is added up', async () => {
    await startBackend('webgpu')
    for (const count of [1, 7, 8, 13, 30]) {
      const before = tf.memory().numTensors
      const sum = tf.tidy(() => tf.addN(Array.from({ length: count }, (_, place) => tf.fill([2000], place))))
      expect((await sum.data()).at(-1)).toBe((count * (count - 1)) / 2)
      sum.dispose()
      expect(tf.memory().numTensors).toBe(before)
    }
  })
})
