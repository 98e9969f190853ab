/** Law 7: one batch can be overfitted. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { runTraining, shortRecipe, shortTask, tinyTargets } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(bound(7))(lawTitle(7), (combination) => {
  it('learns a few texts by heart', async () => {
    const { strategy, problem } = combination
    const texts = tinyTargets(4, 5, problem)
    const model = modelOf(combination)
    const recipe = { ...shortRecipe, epochs: 60, batchSize: 4, learningRate: strategy === 'full' ? 3e-3 : 3e-2 }
    const { report } = await runTraining(shortTask(model, problem, { recipe, train: texts, validation: texts }))
    expect(report.validation.loss).toBeLessThan(0.1)
    model.dispose()
  })
})
