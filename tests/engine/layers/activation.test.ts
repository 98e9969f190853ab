import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Activation, activate } from '../../../src/main/engine/layers/activation'
import { startBackend, testBackends } from '../../support/backend'

/** torch.nn.functional.gelu at these points, exact and with approximate='tanh', in double precision. */
const points = [-3, -1, -0.5, 0, 0.5, 1, 3]
const exact = [
  -0.00404969409489031, -0.15865525393145707, -0.15426876936299347, 0, 0.34573123063700656, 0.8413447460685429,
  2.99595030590511,
]
const byTanh = [
  -0.003637392081773118, -0.15880800939172324, -0.1542859835259106, 0, 0.3457140164740894, 0.8411919906082768,
  2.996362607918227,
]

describe.each(testBackends)('activations with %s', (backend) => {
  beforeAll(() => startBackend(backend))
  const at = async (name: Activation) => [...(await activate(tf.tensor2d([points]), name).data())]
  const worst = (ours: number[], theirs: number[]) =>
    Math.max(...ours.map((x, i) => Math.abs(x - (theirs[i] ?? Number.NaN))))

  it('are those of torch', async () => {
    expect(worst(await at('gelu'), exact)).toBeLessThan(1e-6)
    expect(worst(await at('gelu_new'), byTanh)).toBeLessThan(1e-6)
    expect(await at('gelu_pytorch_tanh')).toEqual(await at('gelu_new'))
    expect(
      worst(
        await at('silu'),
        points.map((x) => x / (1 + Math.exp(-x))),
      ),
    ).toBeLessThan(1e-6)
    expect(await at('relu')).toEqual(points.map((x) => Math.max(0, x)))
  })

  it('have the slope of gelu', async () => {
    const slope = tf.grad((x) => activate(x as tf.Tensor2D, 'gelu'))(tf.tensor2d([points]))
    const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
    const expected = points.map((x, i) => (x === 0 ? 0.5 : (exact[i] ?? 0) / x) + x * density(x))
    expect(worst([...(await slope.data())], expected)).toBeLessThan(1e-6)
  })
})
