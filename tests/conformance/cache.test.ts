/** Law 10: cached = uncached, both what lies below a strategy and what a writer has read. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { disposeCache } from '../../src/main/engine/generation/key-value-cache'
import { createMemoryStore } from '../../src/main/engine/training/kept-values'
import type { ModelStrategyId, StrategyOptions } from '../../src/shared/strategy'
import { startBackend } from '../support/backend'
import { bound, lawTitle, whyNot } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf } from '../support/tiny-models'
import { runTraining, shortRecipe, shortTask } from '../support/training'
import { everyCombination, isTrained, modelOf, writes } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

/** So that a layer below is left as it is. */
const upper: Partial<Record<ModelStrategyId, StrategyOptions>> = { lora: { upperLayers: 1 }, full: { upperLayers: 1 } }
const keeping = everyCombination.filter(
  (combination) => isTrained(combination) && whyNot(10, { ...combination, problem: 'regression' }) === null,
)

describe.each(keeping)(lawTitle(10), (combination) => {
  it('trains to the same losses without keeping anything', async () => {
    const run = async (limitBytes: number) => {
      const model = modelOf(combination, { options: upper[combination.strategy] ?? {} })
      expect(model.constantDepth).toBeGreaterThan(1)
      const recipe = { ...shortRecipe, epochs: 2, learningRate: 1e-2 }
      const result = await runTraining(
        shortTask(model, combination.problem, { recipe, keeping: createMemoryStore(limitBytes) }),
      )
      model.dispose()
      return result
    }
    const kept = await run(1e9)
    const computed = await run(0)
    expect(computed.losses.length).toBe(kept.losses.length)
    for (const [index, loss] of computed.losses.entries()) expect(loss).toBeCloseTo(kept.losses[index] as number, 5)
    expect(computed.report.validation.loss).toBeCloseTo(kept.report.validation.loss, 5)
  })
})

describe.each(bound(10).filter(writes))(lawTitle(10), (combination) => {
  it('says the same from what it has read as from reading it again', async () => {
    const model = modelOf(combination)
    perturbParameters(model.parameters)
    const cache = model.generation?.start()
    if (!cache) throw new Error('needs a model that writes')
    const tokens = [1, 17, 5, 40, 9, 33, 21]
    const all = (await model.logits(batchOf([tokens]), { training: false }).array()) as number[][][]
    for (const [at, token] of tokens.entries()) {
      const next = tf.tidy(() => model.generation?.next(cache, tf.tensor2d([[token]], undefined, 'int32')) as tf.Tensor)
      for (const [index, score] of (await next.data()).entries()) {
        const expected = all[0]?.[at]?.[index] ?? Number.NaN
        expect(Math.abs(score - expected)).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected)))
      }
      next.dispose()
    }
    disposeCache(cache)
    model.dispose()
  })
})
