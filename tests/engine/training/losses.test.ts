import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { binaryCrossEntropy, crossEntropy, logLikelihoods } from '../../../src/main/engine/training/losses'
import { weighLabels } from '../../../src/main/engine/training/objectives/label-weights'
import { singleLabel } from '../../../src/main/engine/training/objectives/single-label'
import { startBackend, testBackends } from '../../support/backend'
import { objectivesGolden } from '../../support/objectives'

/** torch.nn.functional.cross_entropy of these logits with targets [2, 1], and its gradient. */
const logits = [1, 2, -1, 1000, -1000, 3]
const golden = {
  loss: 1001.6744995117188,
  gradient: [0.12974824011325836, 0.35269227623939514, -0.4824404716491699, 0.5, -0.5, 0],
}

describe.each(testBackends)('on %s', (backend) => {
  it('cross-entropy equals torch, value and gradient, also where exponentials would overflow', async () => {
    await startBackend(backend)
    tf.tidy(() => {
      const labels = tf.tensor1d([2, 1], 'int32')
      const { value, grad } = tf.valueAndGrad((x) => crossEntropy(x as tf.Tensor2D, labels))(
        tf.tensor2d(logits, [2, 3]),
      )
      expect(value.dataSync()[0]).toBeCloseTo(golden.loss, 3)
      for (const [index, entry] of grad.dataSync().entries())
        expect(entry).toBeCloseTo(golden.gradient[index] as number, 6)
    })
  })

  it("weighs labels as torch's CrossEntropyLoss(weight) and scikit-learn's balanced weights do", async () => {
    await startBackend(backend)
    const { logits: given, labels, weights, loss, gradient } = objectivesGolden.weightedCrossEntropy
    const names = ['never', 'often', 'rare']
    const training = labels.map((id) => ({ target: names[id] as string }))
    const weighed = weighLabels('balanced', { kind: 'single-label', labels: names }, training)
    expect(weighed).toEqual(weights)
    const examples = labels.map((id) => ({ tokenIds: Int32Array.of(1), target: Float32Array.of(id) }))
    const objective = singleLabel(names, weighed)
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((x) => objective.loss({ examples, time: 1, logits: () => x }))(
        tf.tensor2d(given),
      )
      expect(value.dataSync()[0]).toBeCloseTo(loss, 3)
      for (const [index, entry] of grad.dataSync().entries())
        expect(entry).toBeCloseTo(gradient.flat()[index] as number, 6)
    })
  })

  it('binary cross-entropy equals torch, value and gradient, also where exponentials would overflow', async () => {
    await startBackend(backend)
    const { logits: given, targets, loss, gradient } = objectivesGolden.binaryCrossEntropy
    tf.tidy(() => {
      const hot = tf.tensor2d(targets)
      const { value, grad } = tf.valueAndGrad((x) => binaryCrossEntropy(x as tf.Tensor2D, hot))(tf.tensor2d(given))
      expect(value.dataSync()[0]).toBeCloseTo(loss, 3)
      for (const [index, entry] of grad.dataSync().entries())
        expect(entry).toBeCloseTo(gradient.flat()[index] as number, 6)
    })
  })
})

it('passes the gradient of what follows through', async () => {
  await startBackend('cpu')
  tf.tidy(() => {
    const labels = tf.tensor1d([2, 1], 'int32')
    const gradient = tf.grad((x) => tf.mul(crossEntropy(x as tf.Tensor2D, labels), 3))(tf.tensor2d(logits, [2, 3]))
    expect(gradient.dataSync()[0]).toBeCloseTo(3 * 0.12974824011325836, 6)
  })
})

it('the log-probabilities of labels add up to their cross-entropy', async () => {
  await startBackend('cpu')
  tf.tidy(() => {
    const labels = tf.tensor1d([2, 1], 'int32')
    const values = logLikelihoods(tf.tensor2d(logits, [2, 3]), labels).dataSync()
    expect(-((values[0] ?? 0) + (values[1] ?? 0)) / 2).toBeCloseTo(golden.loss, 3)
  })
})
