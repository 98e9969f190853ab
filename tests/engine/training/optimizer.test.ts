import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Parameter } from '../../../src/main/engine/parameters'
import { clipFactor, globalNorm } from '../../../src/main/engine/training/clipping'
import { createAdamW } from '../../../src/main/engine/training/optimizer'
import { startBackend } from '../../support/backend'

beforeAll(() => startBackend('cpu'))

/** torch 2.13: AdamW(lr 0.01, decay 0.1 on w and 0 on b) after clip_grad_norm_([w, b], 1). */
const golden = [
  {
    gradients: { w: [1, -2, 3, 0.5], b: [0.25, -4] },
    norm: 5.505678653717041,
    w: [0.4895000159740448, -0.9890000224113464, 1.9880000352859497, 0.2397499978542328],
    b: [0.09000000357627869, -0.1899999976158142],
  },
  {
    gradients: { w: [-0.5, 0.1, 0, 2], b: [1, 1] },
    norm: 2.5019991397857666,
    w: [0.4900130033493042, -0.9821649193763733, 1.979311466217041, 0.23136039078235626],
    b: [0.08185014128684998, -0.1877179890871048],
  },
  {
    gradients: { w: [10, -20, 0.001, -0.002], b: [0, 0.3] },
    norm: 22.36269187927246,
    w: [0.4844539761543274, -0.9735605120658875, 1.9721521139144897, 0.22482988238334656],
    b: [0.07555027306079865, -0.1860576570034027],
  },
]

let made: Parameter[] = []

function parameters(): Parameter[] {
  made = [
    { name: 'w', variable: tf.variable(tf.tensor2d([0.5, -1, 2, 0.25], [2, 2])), decays: true },
    { name: 'b', variable: tf.variable(tf.tensor1d([0.1, -0.2])), decays: false },
  ]
  return made
}

afterEach(() => tf.disposeVariables())

function step(optimizer: ReturnType<typeof createAdamW>, { w, b }: { w?: number[]; b?: number[] }): number {
  return tf.tidy(() => {
    const gradients: Record<string, tf.Tensor> = {}
    if (w) gradients.w = tf.tensor2d(w, [2, 2])
    if (b) gradients.b = tf.tensor1d(b)
    const norm = globalNorm(gradients)
    optimizer.apply(gradients, 0.01, clipFactor(norm, 1))
    return norm.dataSync()[0] ?? 0
  })
}

const valuesOf = (name: string) => [...(made.find((parameter) => parameter.name === name)?.variable.dataSync() ?? [])]

function expectClose(values: readonly number[], expected: readonly number[]): void {
  expect(values.length).toBe(expected.length)
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index] as number, 6)
}

describe('AdamW', () => {
  it('follows torch.optim.AdamW after clip_grad_norm_, decaying only what decays', () => {
    const optimizer = createAdamW(parameters(), { weightDecay: 0.1 })
    for (const { gradients, norm, w, b } of golden) {
      expect(step(optimizer, gradients)).toBeCloseTo(norm, 5)
      expectClose(valuesOf('w'), w)
      expectClose(valuesOf('b'), b)
    }
    expect(optimizer.steps()).toBe(3)
  })

  it("takes a parameter's own share of the learning rate, decay included", () => {
    const [w, b] = parameters() as [Parameter, Parameter]
    const scaled = createAdamW([w, { ...b, decays: true, learningRateScale: 0.25 }], { weightDecay: 0.1 })
    const before = valuesOf('b')
    step(scaled, golden[0]?.gradients ?? {})
    // AdamW's first step has the gradient's sign and the learning rate's size.
    const signs = [1, -1]
    expectClose(
      valuesOf('b'),
      before.map((value, at) => value * (1 - 0.01 * 0.25 * 0.1) - 0.01 * 0.25 * (signs[at] ?? 0)),
    )
    expectClose(valuesOf('w'), golden[0]?.w ?? [])
  })

  it('goes on from a saved state bit for bit', async () => {
    const first = createAdamW(parameters(), { weightDecay: 0.1 })
    step(first, golden[0]?.gradients ?? {})
    const state = await first.state()
    const saved = { w: valuesOf('w'), b: valuesOf('b') }
    step(first, golden[1]?.gradients ?? {})
    const uninterrupted = [...valuesOf('w'), ...valuesOf('b')]

    const second = createAdamW(made, { weightDecay: 0.1 })
    made[0]?.variable.assign(tf.tensor2d(saved.w, [2, 2]))
    made[1]?.variable.assign(tf.tensor1d(saved.b))
    second.restore(state)
    step(second, golden[1]?.gradients ?? {})
    expect([...valuesOf('w'), ...valuesOf('b')]).toEqual(uninterrupted)
  })

  it('leaves a parameter without a gradient and its moments alone', async () => {
    const optimizer = createAdamW(parameters(), { weightDecay: 0.1 })
    step(optimizer, golden[0]?.gradients ?? {})
    const before = { values: valuesOf('w'), moments: (await optimizer.state()).first.w }
    step(optimizer, { b: [1, 1] })
    expect(valuesOf('w')).toEqual(before.values)
    expect((await optimizer.state()).first.w).toEqual(before.moments)
  })

  it('keeps two moments per parameter and nothing else', () => {
    const all = parameters()
    const before = tf.memory().numTensors
    const optimizer = createAdamW(all, { weightDecay: 0.1 })
    expect(tf.memory().numTensors).toBe(before + 4)
    for (const { gradients } of golden) step(optimizer, gradients)
    expect(tf.memory().numTensors).toBe(before + 4)
    optimizer.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses moments of another size', () => {
    const optimizer = createAdamW(parameters(), { weightDecay: 0 })
    const wrong = { w: new Float32Array(3), b: new Float32Array(2) }
    expect(() => optimizer.restore({ steps: 1, first: wrong, second: wrong })).toThrow(/w: need 4 values/)
  })
})
