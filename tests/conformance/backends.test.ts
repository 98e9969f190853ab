/** Law 11: every backend agrees within its tolerance. The plain JavaScript backend is the reference. */
import { afterAll, describe, expect, it } from 'vitest'
import { startBackend, type TestBackend, tensorflowMissing, testBackends } from '../support/backend'
import { bound, boundOnSoftwareCard, lawTitle } from '../support/laws'
import { perturbParameters } from '../support/parameters'
import { softwareCardMissing } from '../support/software-card'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { runTraining, shortTask } from '../support/training'
import { modelOf } from '../support/tuned-models'

const logitTolerance = 2e-5
const lossTolerance = 1e-3
const largest: Record<string, { logits: number; losses: number }> = {}

const compared = [
  ...testBackends.filter((id) => id !== 'cpu').map((id) => [id, bound(11)] as const),
  ...(softwareCardMissing ? [] : [['webgpu', boundOnSoftwareCard(11)] as const]),
]

describe.each(compared)('%s', (backend, combinations) => {
  describe.each(combinations)(lawTitle(11), (combination) => {
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
      const steps = combination.strategy === 'feature-based' ? Math.min(10, losses.length) : reference.length
      const loss = largestDifference(losses.slice(0, steps), reference.slice(0, steps))
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

it.runIf(softwareCardMissing !== null)(`webgpu is not compared: ${softwareCardMissing}`, () => {
  expect(compared.map(([id]) => id)).not.toContain('webgpu')
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
