/** The engine against torch, transformers and peft: logits and gradients of padded batches. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { startBackend, testBackends } from '../support/backend'
import { goldenBatch, goldenClasses, goldenFull, goldenLora, goldenTensors, readGolden } from '../support/golden'
import { tinyArchitectures } from '../support/tiny-models'

const logitTolerance = 5e-6
const gradientTolerance = 1e-4

const cases = testBackends.flatMap((backend) =>
  tinyArchitectures.flatMap((architecture) => [
    { backend, architecture, kind: 'full', create: goldenFull, logits: 'logits', prefix: 'full/gradients/' } as const,
    {
      backend,
      architecture,
      kind: 'lora',
      create: goldenLora,
      logits: 'loraLogits',
      prefix: 'lora/gradients/',
    } as const,
  ]),
)

describe.each(cases)('golden $kind on $architecture with $backend', (one) => {
  const { backend, architecture, create, logits, prefix } = one
  beforeAll(() => startBackend(backend))
  const golden = readGolden(architecture)

  it(`has the logits within ${logitTolerance}`, async () => {
    const model = await create(architecture)
    const ours = await model.logits(goldenBatch(golden, 0), { training: false }).array()
    const differences = ours.flatMap((row, text) =>
      row.map((x, label) => Math.abs(x - (golden[logits][text]?.[label] ?? 0))),
    )
    expect(differences).toHaveLength(12)
    expect(Math.max(...differences)).toBeLessThanOrEqual(logitTolerance)
  })

  it(`has every trained parameter's gradient within ${gradientTolerance}`, async () => {
    const model = await create(architecture)
    const expected = goldenTensors(architecture, prefix)
    const ours = gradientsOf(model, goldenBatch(golden, 0))
    expect([...ours.keys()].sort()).toEqual([...expected.keys()].sort())
    // Some gradients are zero but for rounding (key biases): what counts as an error there is measured by the largest.
    const largest = Math.max(...[...expected.values()].map(({ data }) => length(data)))
    for (const [name, { data }] of expected) {
      const difference = data.map((value, at) => value - (ours.get(name)?.[at] ?? Number.NaN))
      expect(length(difference), name).toBeLessThanOrEqual(gradientTolerance * length(data) + 1e-7 * largest)
    }
  })
})

function gradientsOf(model: TunedModel, batch: Batch & { labels: number[] }): Map<string, Float32Array> {
  const { parameters } = model
  const { grads } = tf.variableGrads(
    () => {
      const truth = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), goldenClasses)
      const logits = model.logits(batch, { training: true, random: unused })
      return tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), -1))) as tf.Scalar
    },
    parameters.map(({ variable }) => variable),
  )
  return new Map(
    parameters.map(({ name, variable }) => [name, grads[variable.name]?.dataSync() as Float32Array] as const),
  )
}

/** The golden models have no dropout: nothing may be drawn. */
const unused = new Proxy({} as never, {
  get() {
    throw new Error('drew a random number where nothing drops out')
  },
})

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
