import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Parameter } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import { createAdamW } from '../../../src/main/engine/training/optimizer'
import { startBackend, tensorflowMissing } from '../../support/backend'
import { neverCompiled } from '../../support/compiled'

const shapes = [[3, 4], [4], [], [3, 4]]

function parameters(seed: number): Parameter[] {
  const random = createRandom(seed)
  return shapes.map((shape, index) => ({
    name: `p${index}`,
    variable: tf.tidy(() => tf.variable(numbers(shape, random))),
    decays: index !== 1,
    ...(index === 3 && { learningRateScale: 0.1 }),
  }))
}

function numbers(shape: number[], random = createRandom(1)): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  )
}

async function steps(clipping: number | null): Promise<number[][]> {
  const trained = parameters(2)
  const optimizer = createAdamW(trained, { weightDecay: 0.1 })
  const random = createRandom(3)
  for (let step = 0; step < 5; step++) {
    // One parameter has a gradient in some steps only.
    const asked = trained.filter((_, index) => index !== 0 || step % 2 === 0)
    const gradients = Object.fromEntries(asked.map(({ name, variable }) => [name, numbers(variable.shape, random)]))
    const factor = clipping === null ? null : tf.scalar(clipping)
    optimizer.apply(gradients, 0.05, factor)
    tf.dispose([gradients, factor ?? []])
  }
  const { first, second } = await optimizer.state()
  const values = await Promise.all(trained.map(async ({ variable }) => [...(await variable.data())]))
  optimizer.dispose()
  tf.dispose(trained.map(({ variable }) => variable))
  return [...values, ...[first, second].flatMap((moments) => Object.values(moments).map((moment) => [...moment]))]
}

describe.skipIf(tensorflowMissing !== null)('AdamW in one pass', () => {
  beforeEach(() => startBackend('tensorflow'))

  it.each([null, 1, 0.3])('is AdamW by operations (clipped by %s)', async (clipping) => {
    const expected = await neverCompiled(() => steps(clipping))
    const found = await steps(clipping)
    for (const [index, values] of expected.entries()) {
      for (const [at, value] of values.entries()) expect(found[index]?.[at]).toBeCloseTo(value, 5)
    }
  })

  it('keeps what others hold of a parameter, and numbers it was made from', async () => {
    const start = Float32Array.of(1, 2, 3, 4)
    const variable = tf.tidy(() => tf.variable(tf.tensor1d(start)))
    const optimizer = createAdamW([{ name: 'p', variable, decays: false }], { weightDecay: 0 })
    const gradient = tf.tensor1d([1, 1, 1, 1])
    optimizer.apply({ p: gradient }, 0.1, null)
    const held = variable.clone()
    const before = [...(await held.data())]
    optimizer.apply({ p: gradient }, 0.1, null)
    expect([...(await held.data())]).toEqual(before)
    expect([...(await variable.data())]).not.toEqual(before)
    expect([...start]).toEqual([1, 2, 3, 4])
    optimizer.dispose()
    tf.dispose([variable, held, gradient])
  })

  it('frees all that it makes', () => {
    const trained = parameters(4)
    const optimizer = createAdamW(trained, { weightDecay: 0.1 })
    const native = (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding
    const gradients = Object.fromEntries(trained.map(({ name, variable }) => [name, numbers(variable.shape)]))
    optimizer.apply(gradients, 0.1, null)
    const before = [tf.memory().numTensors, native.getNumOfTensors()]
    for (let step = 0; step < 3; step++) optimizer.apply(gradients, 0.1, null)
    expect([tf.memory().numTensors, native.getNumOfTensors()]).toEqual(before)
    optimizer.dispose()
    tf.dispose([gradients, trained.map(({ variable }) => variable)])
  })
})

it.runIf(tensorflowMissing !== null)(`TensorFlow's own kernel is not tried: ${tensorflowMissing}`, () => {
  expect(tensorflowMissing).toContain('tensorflow')
})
