import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { anglesOf, frequenciesOf, rotate } from '../../../src/main/engine/layers/rotary'
import type { Rotary } from '../../../src/main/engine/models/config'
import { createRandom } from '../../../src/main/engine/random'
import { startBackend, testBackends } from '../../support/backend'

const plain: Rotary = { theta: 10000, scaling: null }
const llama3: Rotary = {
  theta: 500000,
  scaling: {
    kind: 'llama3',
    factor: 8,
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalMaximumLength: 8192,
  },
}

describe('frequencies', () => {
  it('fall from 1 by powers of theta', () => {
    const found = [...frequenciesOf(plain, 8)]
    for (const [pair, expected] of [1, 0.1, 0.01, 0.001].entries()) expect(found[pair]).toBeCloseTo(expected, 8)
  })

  it('are divided by a linear factor', () => {
    const scaled = frequenciesOf({ theta: 10000, scaling: { kind: 'linear', factor: 4 } }, 8)
    expect([...scaled]).toEqual([...frequenciesOf(plain, 8)].map((frequency) => Math.fround(frequency / 4)))
  })

  it('of LLaMA 3 stay where they are high, are divided where they are low, and are mixed between', () => {
    const [unscaled, scaled] = [frequenciesOf({ ...llama3, scaling: null }, 64), frequenciesOf(llama3, 64)]
    const ratios = [...scaled].map((frequency, pair) => frequency / (unscaled[pair] as number))
    expect(ratios[0]).toBe(1)
    expect(ratios.at(-1)).toBeCloseTo(1 / 8, 6)
    for (const [pair, ratio] of ratios.entries()) expect(ratio).toBeLessThanOrEqual(ratios[pair - 1] ?? 1)
    expect(ratios.some((ratio) => ratio > 0.13 && ratio < 0.99)).toBe(true)
  })
})

describe.each(testBackends)('rotate with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const random = createRandom(3)
  const heads = () =>
    tf.tensor4d(
      Array.from({ length: 1 * 2 * 3 * 4 }, () => random.normal()),
      [1, 2, 3, 4],
    )

  it('turns each value with its counterpart in the other half, by the position', async () => {
    const x = heads()
    const ours = (await rotate(x, anglesOf(plain, 4, 5, 3)).array())[0]
    const before = (await x.array())[0]
    for (const head of [0, 1])
      for (const time of [0, 1, 2])
        for (const pair of [0, 1]) {
          const angle = (5 + time) * (pair === 0 ? 1 : 0.01)
          const [a = 0, b = 0] = [before?.[head]?.[time]?.[pair], before?.[head]?.[time]?.[pair + 2]]
          expect(ours?.[head]?.[time]?.[pair]).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 5)
          expect(ours?.[head]?.[time]?.[pair + 2]).toBeCloseTo(b * Math.cos(angle) + a * Math.sin(angle), 5)
        }
  })

  it('sends gradients back by the opposite turn', async () => {
    const angles = anglesOf(plain, 4, 2, 3)
    const [x, upstream] = [heads(), heads()]
    const slope = tf.grad((y) => tf.sum(tf.mul(rotate(y as tf.Tensor4D, angles), upstream)))(x)
    const back = await rotate(slope as tf.Tensor4D, angles).data()
    const expected = await upstream.data()
    for (const [at, value] of back.entries()) expect(value).toBeCloseTo(expected[at] as number, 5)
  })
})
