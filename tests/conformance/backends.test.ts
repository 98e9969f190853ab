/** Law 11: every backend agrees within its tolerance. The plain JavaScript backend is the reference. */
import { afterAll, describe, expect, it } from 'vitest'
import { startBackend, type TestBackend, tensorflowMissing, testBackends } from '../support/backend'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyTexts } from '../support/tiny-models'
import { runTraining, tinyRecipe, tinyTask } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

const logitTolerance = 2e-5
const lossTolerance = 1e-3
const rows: Record<string, string | number>[] = []

describe.each(testBackends.filter((id) => id !== 'cpu'))('backend %s', (backend) => {
  it.each(everyCombination)('computes $name as the reference does', async ({ architecture, strategy }) => {
    const logitsOn = async (id: TestBackend) => {
      await startBackend(id)
      const model = tinyTunedModel(architecture, strategy)
      perturbParameters(model.parameters)
      const logits = model.logits(batchOf(tinyTexts(6).map(({ tokens }) => tokens)), { training: false })
      return [...(await logits.data())]
    }
    const lossesOn = async (id: TestBackend) => {
      await startBackend(id)
      const recipe = { ...tinyRecipe, epochs: 2 }
      return (await runTraining(tinyTask(tinyTunedModel(architecture, strategy), { recipe }))).losses
    }
    const logits = largestDifference(await logitsOn(backend), await logitsOn('cpu'))
    const [losses, reference] = [await lossesOn(backend), await lossesOn('cpu')]
    // The solver of the feature-based strategy may need an iteration more or less.
    const compared = strategy === 'feature-based' ? 20 : reference.length
    const loss = largestDifference(losses.slice(0, compared), reference.slice(0, compared))
    rows.push({ backend, strategy, architecture, 'logits differ by': logits, 'losses differ by': loss })
    expect(logits).toBeLessThan(logitTolerance)
    expect(loss).toBeLessThan(lossTolerance)
  })
})

it.runIf(tensorflowMissing !== null)(`tensorflow is not compared: ${tensorflowMissing}`, () => {
  expect(testBackends).not.toContain('tensorflow')
})

afterAll(() => console.table(rows))

function largestDifference(values: readonly number[], reference: readonly number[]): number {
  expect(values.length).toBe(reference.length)
  return values.reduce((most, value, index) => Math.max(most, Math.abs(value - (reference[index] as number))), 0)
}
