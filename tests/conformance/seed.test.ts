/** Law 5: the same seed gives the same losses, another one others. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../support/backend'
import { runTraining, tinyRecipe, tinyTask, valuesOf } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(everyCombination)('seed: $name', ({ architecture, strategy }) => {
  const run = async (seed: number) => {
    const model = tinyTunedModel(architecture, strategy, { seed })
    const { losses, report } = await runTraining(tinyTask(model, { recipe: { ...tinyRecipe, seed } }))
    const values = await valuesOf(model)
    model.dispose()
    return { losses, values, validation: report.validation }
  }

  it('decides every loss and every trained value', async () => {
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    // A convex solver starts at zero and draws nothing.
    if (strategy !== 'feature-based') expect((await run(2)).losses).not.toEqual(first.losses)
  })
})
