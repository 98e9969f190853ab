/** Law 13: layers computed once more on the way back give what kept ones give, and hold less meanwhile. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Mode } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { startBackend, tensorflowMissing } from '../support/backend'
import { alwaysCompiled, neverCompiled } from '../support/compiled'
import { bound, lawTitle, whyNot } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { runTraining, shortRecipe, shortTask } from '../support/training'
import { type Combination, modelOf, type TinyRequest } from '../support/tuned-models'

describe.each(bound(13))(lawTitle(13), (combination) => {
  beforeAll(() => startBackend('wasm'))

  it('has the same gradients, dropout included, and leaves nothing behind', async () => {
    const model = modelOf(combination)
    perturbParameters(model.parameters)
    const batch = batchOf(tinyTexts(6).map(({ tokens }) => tokens))
    const variables = model.parameters.map(({ variable }) => variable)
    const idle = tf.memory().numTensors

    const gradients = async (recomputeLayers: boolean) => {
      const random = createRandom(5)
      const mode: Mode = { training: true, random, recomputeLayers }
      let heldBytes = 0
      const { value, grads } = tf.tidy(() => {
        const hidden = model.constantDepth > 0 ? model.constantPart(batch) : undefined
        return tf.variableGrads(() => {
          const before = tf.memory().numBytes
          const logits = model.logits(batch, mode, hidden)
          heldBytes = tf.memory().numBytes - before
          return tf.mean(tf.square(logits)) as tf.Scalar
        }, variables)
      })
      const values = Object.fromEntries(
        await Promise.all(Object.entries(grads).map(async ([name, grad]) => [name, [...(await grad.data())]] as const)),
      )
      const [loss] = await value.data()
      tf.dispose([value, grads])
      return { loss: loss as number, values, heldBytes, drawn: random.state() }
    }

    const kept = await gradients(false)
    const recomputed = await gradients(true)
    expect(tf.memory().numTensors).toBe(idle)
    expect(recomputed.loss).toBeCloseTo(kept.loss, 6)
    expect(recomputed.drawn).toEqual(kept.drawn)
    expect(Object.keys(recomputed.values).sort()).toEqual(Object.keys(kept.values).sort())
    for (const [name, values] of Object.entries(kept.values)) {
      const largest = Math.max(...values.map(Math.abs))
      for (const [at, value] of values.entries())
        expect(Math.abs((recomputed.values[name]?.[at] as number) - value)).toBeLessThanOrEqual(1e-5 * largest)
    }
    expect(recomputed.heldBytes).toBeLessThan(kept.heldBytes / 2)
    tf.dispose(Object.values(batch))
    model.dispose()
  })

  it('learns the same', async () => {
    const kept = await lossesOf(combination, false)
    for (const [at, loss] of (await lossesOf(combination, true)).entries())
      expect(loss).toBeCloseTo(kept[at] as number, 4)
  })
})

describe.skipIf(tensorflowMissing !== null)('as graphs of tensorflow', () => {
  beforeAll(() => startBackend('tensorflow'))
  const compiled = bound(12).filter((combination) => whyNot(13, combination) === null)

  it.each(compiled)('learns the same: $name', async (combination) => {
    const kept = await neverCompiled(() => lossesOf(combination, false, { learnsFast: true }))
    const warn = vi.spyOn(console, 'warn')
    const restore = alwaysCompiled()
    try {
      const recomputed = await lossesOf(combination, true, { learnsFast: true })
      for (const [at, loss] of recomputed.entries()) expect(loss).toBeCloseTo(kept[at] as number, 3)
    } finally {
      restore()
    }
    // Whatever is not compiled says so.
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('are no graphs where masks of dropout would stay in them, and it is said', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const restore = alwaysCompiled()
    try {
      await lossesOf(compiled[0] as Combination, true)
    } finally {
      restore()
    }
    expect(warn.mock.calls.flat()).toEqual([expect.stringContaining('masks of both times')])
    warn.mockRestore()
  })
})

it.runIf(tensorflowMissing !== null)(`nothing is compiled here: ${tensorflowMissing}`, () => {
  expect(tensorflowMissing).toContain('tensorflow')
})

async function lossesOf(
  combination: Combination,
  recomputeLayers: boolean,
  request: TinyRequest = {},
): Promise<number[]> {
  const model = modelOf(combination, request)
  const recipe = { ...shortRecipe, epochs: 2, learningRate: 5e-3, recomputeLayers }
  const { losses, report } = await runTraining(shortTask(model, combination.problem, { recipe }))
  model.dispose()
  return [...losses, report.validation.loss]
}
