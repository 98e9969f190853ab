/** Law 6: no tensor leaks over 200 steps, and none when the loop is left early. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/main/engine/training/train'
import { startBackend } from '../support/backend'
import { labelledTexts, memoryStore, resumeFrom, runTraining, tinyRecipe, tinyTask } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

const steps = 200

describe.each(everyCombination)('leaks: $name', ({ architecture, strategy }) => {
  it(`holds as many tensors at step ${steps} as at step 2, and none afterwards`, async () => {
    const outside = tf.memory().numTensors
    const model = tinyTunedModel(architecture, strategy)
    const idle = tf.memory().numTensors
    const counts: number[] = []
    const recipe = { ...tinyRecipe, epochs: 20, batchSize: 2 }
    const small = { recipe, train: labelledTexts(20, 7), validation: labelledTexts(4, 8) }
    await runTraining(tinyTask(model, small), (event) => {
      if (event.kind === 'step') counts.push(tf.memory().numTensors)
    })
    if (strategy !== 'feature-based') expect(counts.length).toBe(steps)
    expect(new Set(counts.slice(1)).size).toBe(1)
    expect(tf.memory().numTensors).toBe(idle)
    model.dispose()
    expect(tf.memory().numTensors).toBe(outside)
  })

  it.each(['encoding', 'caching', 'step', 'evaluating', 'evaluation', 'checkpoint'])(
    'when left at %s',
    async (moment) => {
      const model = tinyTunedModel(architecture, strategy)
      const idle = tf.memory().numTensors
      for await (const event of train(tinyTask(model))) {
        if ((event.kind === 'phase' ? event.phase : event.kind) === moment) break
      }
      expect(tf.memory().numTensors).toBe(idle)
      model.dispose()
    },
  )

  it('when a resumed run fails on a damaged checkpoint', async () => {
    const store = memoryStore()
    await runTraining(tinyTask(tinyTunedModel(architecture, strategy), { store }))
    if (!store.last) return expect(strategy).toBe('feature-based')
    store.last = store.last.slice(0, -8)
    const model = tinyTunedModel(architecture, strategy)
    const idle = tf.memory().numTensors
    const work = runTraining(tinyTask(model, { resume: resumeFrom(store) }))
    await expect(work).rejects.toMatchObject({ code: 'checkpoint-malformed' })
    expect(tf.memory().numTensors).toBe(idle)
  })
})
