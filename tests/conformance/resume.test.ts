/** Law 8: resumed = uninterrupted, bit for bit, wherever it was interrupted. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { TrainingTask } from '../../src/main/engine/training/events'
import { train } from '../../src/main/engine/training/train'
import { startBackend, testBackends } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { memoryStore, resumeFrom, runTraining, shortRecipe, shortTask, valuesOf } from '../support/training'
import { modelOf } from '../support/tuned-models'

/** Two steps an epoch: in the middle of the first, at its very end, in the middle of the last. */
const interruptions = [1, 2, 5]
/** A state after every step, so that a death loses none. */
const recipe = { ...shortRecipe, epochs: 3, learningRate: 5e-3 }
const eager: Partial<TrainingTask> = { recipe, checkpointSeconds: 0 }

describe.each(testBackends.filter((id) => id !== 'cpu'))('on %s', (backend) => {
  beforeAll(() => startBackend(backend))

  describe.each(bound(8))(lawTitle(8), (combination) => {
    it('goes on as if nothing had happened', async () => {
      const { problem } = combination
      const uninterrupted = modelOf(combination)
      const whole = await runTraining(shortTask(uninterrupted, problem, eager))
      const expected = await valuesOf(uninterrupted)
      uninterrupted.dispose()
      expect(whole.losses).toHaveLength(6)

      for (const interruption of interruptions) {
        const store = memoryStore()
        const killed = modelOf(combination)
        let steps = 0
        for await (const event of train(shortTask(killed, problem, { ...eager, store }))) {
          if (event.kind === 'step') steps = event.step
          // The state of this step is what the disk holds when the process dies in the next.
          if (event.kind === 'checkpoint' && event.step === interruption) break
        }
        killed.dispose()
        expect(steps).toBe(interruption)

        const resumed = modelOf(combination, { seed: 99 }) // its start must not matter
        const task = shortTask(resumed, problem, { ...eager, resume: resumeFrom(store), store })
        const rest = await runTraining(task)
        expect(rest.losses).toEqual(whole.losses.slice(interruption))
        expect(await valuesOf(resumed)).toEqual(expected)
        expect({ ...rest.report, trainingSeconds: 0 }).toEqual({ ...whole.report, trainingSeconds: 0 })
        resumed.dispose()
      }
    })
  })
})
