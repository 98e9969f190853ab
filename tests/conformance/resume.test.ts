/** Law 8: resumed = uninterrupted, bit for bit, wherever it was interrupted. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { TrainingTask } from '../../src/main/engine/training/events'
import { train } from '../../src/main/engine/training/train'
import { startBackend, testBackends } from '../support/backend'
import { memoryStore, resumeFrom, runTraining, tinyRecipe, tinyTask, valuesOf } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

const iterative = everyCombination.filter(({ strategy }) => strategy !== 'feature-based')
/** 6 steps an epoch: in the middle of the first, at its very end, one step into the second, near the end of the last. */
const interruptions = [3, 6, 7, 16]
/** A state after every step, so that a death loses none. */
const recipe = { ...tinyRecipe, accumulationSteps: 1, learningRate: 5e-3 }
const eager: Partial<TrainingTask> = { recipe, checkpointSeconds: 0 }

describe.each(testBackends)('resume on %s', (backend) => {
  beforeAll(() => startBackend(backend))

  it.each(iterative)('$name', async ({ architecture, strategy }) => {
    const uninterrupted = tinyTunedModel(architecture, strategy)
    const whole = await runTraining(tinyTask(uninterrupted, eager))
    const expected = await valuesOf(uninterrupted)
    uninterrupted.dispose()

    for (const interruption of interruptions) {
      const store = memoryStore()
      const killed = tinyTunedModel(architecture, strategy)
      let steps = 0
      for await (const event of train(tinyTask(killed, { ...eager, store }))) {
        if (event.kind === 'step') steps = event.step
        // The state of this step is what the disk holds when the process dies in the next.
        if (event.kind === 'checkpoint' && event.step === interruption) break
      }
      killed.dispose()
      expect(steps).toBe(interruption)

      const resumed = tinyTunedModel(architecture, strategy, { seed: 99 }) // its start must not matter
      const rest = await runTraining(tinyTask(resumed, { ...eager, resume: resumeFrom(store), store }))
      expect(rest.losses).toEqual(whole.losses.slice(interruption))
      expect(await valuesOf(resumed)).toEqual(expected)
      expect({ ...rest.report, trainingSeconds: 0 }).toEqual({ ...whole.report, trainingSeconds: 0 })
      resumed.dispose()
    }
  })
})
