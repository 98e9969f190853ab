/** Law 7: one batch can be overfitted. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../support/backend'
import { labelledTexts, runTraining, tinyRecipe, tinyTask } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(everyCombination)('overfit: $name', ({ architecture, strategy }) => {
  it('learns eight texts by heart', async () => {
    const texts = labelledTexts(8, 5)
    const model = tinyTunedModel(architecture, strategy)
    const learningRate = strategy === 'full' ? 3e-3 : 2e-2
    const recipe = { ...tinyRecipe, epochs: 80, batchSize: 8, learningRate }
    const { report } = await runTraining(tinyTask(model, { recipe, train: texts, validation: texts }))
    expect(report.validation.accuracy).toBe(1)
    expect(report.validation.loss).toBeLessThan(0.1)
    model.dispose()
  })
})
