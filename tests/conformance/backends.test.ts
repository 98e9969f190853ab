/** Law 11: every backend agrees within its tolerance. The plain JavaScript backend is the reference. */
import { afterAll, describe, expect, it } from 'vitest'
import { startBackend, type TestBackend, tensorflowMissing, testBackends } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { runTraining, shortTask } from '../support/training'
import { modelOf } from '../support/tuned-models'

const logitTolerance = 2e-5
const lossTolerance = 1e-3
const largest: Record<string, { logits: number; losses: number }> = {}

describe.each(testBackends.filter((id) => id !== 'cpu'))('%s', (backend) => {
  describe.each(bound(11))(lawTitle(11), (combination) => {
    it('computes as the reference does', async () => {
      const logitsOn = async (id: TestBackend) => {
        await startBackend(id)
        const model = modelOf(combination)
        perturbParameters(model.parameters)
        const logits = model.logits(batchOf(tinyTexts(6).map(({ tokens }) => tokens)), { training: false })
        const values = [...(await logits.data())]
        logits.dispose()
        model.dispose()
        return values
      }
      const lossesOn = async (id: TestBackend) => {
        await startBackend(id)
        const model = modelOf(combination)
        const { losses } = await runTraining(shortTask(model, combination.problem))
        model.dispose()
        return losses
      }
      const logits = largestDifference(await logitsOn(backend), await logitsOn('cpu'))
      const [losses, reference] = [await lossesOn(backend), await lossesOn('cpu')]
      // A solver may need an iteration more or less.
      const compared = combination.strategy === 'feature-based' ? Math.min(10, losses.length) : reference.length
      const loss = largestDifference(losses.slice(0, compared), reference.slice(0, compared))
      const key = `${backend}, ${combination.strategy}`
      const before = largest[key] ?? { logits: 0, losses: 0 }
      largest[key] = { logits: Math.max(before.logits, logits), losses: Math.max(before.losses, loss) }
      expect(logits).toBeLessThan(logitTolerance)
      expect(loss).toBeLessThan(lossTolerance)
    })
  })
})

it.runIf(tensorflowMissing !== null)(`tensorflow is not compared: ${tensorflowMissing}`, () => {
  expect(testBackends).not.toContain('tensorflow')
})

afterAll(() => {
  console.log('Largest differences between backends')
  console.table(largest)
})

/** Of single-precision numbers: relative above 1. */
function largestDifference(values: readonly number[], reference: readonly number[]): number {
  expect(values.length).toBe(reference.length)
  return values.reduce((most, value, index) => {
    const expected = reference[index] as number
    return Math.max(most, Math.abs(value - expected) / Math.max(1, Math.abs(expected)))
  }, 0)
}
