import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { scoreVocabulary } from '../../../src/main/engine/layers/vocabulary'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend, testBackends } from '../../support/backend'

describe.each(testBackends)('scoreVocabulary with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const random = createRandom(8)
  const matrix = (rows: number, columns: number) =>
    tf.tensor2d(
      Array.from({ length: rows * columns }, () => random.normal()),
      [rows, columns],
    )
  const expectClose = async (ours: tf.Tensor | undefined, theirs: tf.Tensor | undefined) => {
    expect(ours?.shape).toEqual(theirs?.shape)
    const [a, b] = [(await ours?.data()) ?? [], (await theirs?.data()) ?? []]
    for (const [at, value] of [...a].entries()) expect(value).toBeCloseTo(b[at] as number, 5)
  }

  it('is the product with the table turned round, and so are its gradients', async () => {
    const [x, table, upstream] = [matrix(3, 4), matrix(7, 4), matrix(3, 7)]
    const plainly = (rows: tf.Tensor, all: tf.Tensor) =>
      tf.matMul(rows as tf.Tensor2D, tf.transpose(all as tf.Tensor2D))
    await expectClose(scoreVocabulary(x, table), plainly(x, table))
    const expected = tf.grads((rows, all) => tf.sum(tf.mul(plainly(rows, all), upstream)))([x, table])

    const frozen = tf.grad((rows) => tf.sum(tf.mul(scoreVocabulary(rows as tf.Tensor2D, table), upstream)))(x)
    await expectClose(frozen, expected[0])

    const [rows, all] = [tf.variable(x), tf.variable(table)]
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(scoreVocabulary(rows, all), upstream)), [rows, all])
    await expectClose(grads[rows.name], expected[0])
    await expectClose(grads[all.name], expected[1])
  })
})
