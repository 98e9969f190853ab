/** Law 5: the same seed gives the same losses, another one others. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { runTraining, shortRecipe, shortTask, valuesOf } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

describe.each(bound(5))(lawTitle(5), (combination) => {
  const run = async (seed: number) => {
    const model = modelOf(combination, { seed })
    const task = shortTask(model, combination.problem, { recipe: { ...shortRecipe, seed } })
    const { losses, report } = await runTraining(task)
    const values = await valuesOf(model)
    model.dispose()
    return { losses, values, validation: report.validation }
  }

  it('decides every loss and every trained value', async () => {
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    // A convex solver starts at zero and draws nothing.
    if (combination.strategy !== 'feature-based') expect((await run(2)).losses).not.toEqual(first.losses)
  })
})
