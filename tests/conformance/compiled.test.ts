/** Law 12: what runs as a graph is what runs operation by operation, and goes on after an interruption to the bit. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TrainingTask } from '../../src/main/engine/training/events'
import { train } from '../../src/main/engine/training/train'
import { startBackend, tensorflowMissing } from '../support/backend'
import { alwaysCompiled, neverCompiled } from '../support/compiled'
import { bound, lawTitle } from '../support/laws'
import { memoryStore, resumeFrom, runTraining, shortRecipe, shortTask, valuesOf } from '../support/training'
import { modelOf } from '../support/tuned-models'

const recipe = { ...shortRecipe, epochs: 2, accumulationSteps: 2, batchSize: 2, learningRate: 5e-3 }
const changes: Partial<TrainingTask> = { recipe, checkpointSeconds: 0 }

describe.skipIf(tensorflowMissing !== null)('on tensorflow', () => {
  beforeEach(async () => {
    await startBackend('tensorflow')
    vi.spyOn(console, 'warn')
  })
  afterEach(() => {
    // Whatever is not compiled says so.
    expect(console.warn).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  describe.each(bound(12))(lawTitle(12), (combination) => {
    const { problem } = combination

    it('learns the same, also when it goes on after an interruption', async () => {
      const plain = await neverCompiled(async () => {
        const model = modelOf(combination)
        const { losses, report } = await runTraining(shortTask(model, problem, changes))
        model.dispose()
        return { losses, validation: report.validation }
      })
      const restore = alwaysCompiled()
      try {
        const whole = modelOf(combination)
        const { losses, report } = await runTraining(shortTask(whole, problem, changes))
        const values = await valuesOf(whole)
        whole.dispose()
        expect(losses).toHaveLength(plain.losses.length)
        for (const [step, loss] of losses.entries()) expect(loss).toBeCloseTo(plain.losses[step] as number, 4)
        expect(report.validation.loss).toBeCloseTo(plain.validation.loss, 3)

        const store = memoryStore()
        const killed = modelOf(combination)
        for await (const event of train(shortTask(killed, problem, { ...changes, store }))) {
          if (event.kind === 'checkpoint') break
        }
        killed.dispose()
        const resumed = modelOf(combination, { seed: 99 })
        const rest = await runTraining(shortTask(resumed, problem, { ...changes, resume: resumeFrom(store), store }))
        expect(rest.losses).toEqual(losses.slice(1))
        expect(await valuesOf(resumed)).toEqual(values)
        resumed.dispose()
      } finally {
        restore()
      }
    })
  })
})

it.runIf(tensorflowMissing !== null)(`nothing is compiled here: ${tensorflowMissing}`, () => {
  expect(tensorflowMissing).toContain('tensorflow')
})
