/** Law 10: cached = uncached. */
import { beforeAll, describe, expect, it } from 'vitest'
import { startBackend, testBackends } from '../support/backend'
import { runTraining, tinyRecipe, tinyTask } from '../support/training'
import { everyCombination, tinyTunedModel } from '../support/tuned-models'

const cached = everyCombination.filter(({ strategy }) => strategy === 'head-only')

describe.each(testBackends)('cache on %s', (backend) => {
  beforeAll(() => startBackend(backend))

  it.each(cached)('$name trains to the same losses without keeping anything', async ({ architecture, strategy }) => {
    const run = async (cacheLimitBytes: number) => {
      const model = tinyTunedModel(architecture, strategy)
      const recipe = { ...tinyRecipe, learningRate: 1e-2 }
      const result = await runTraining(tinyTask(model, { recipe, cacheLimitBytes }))
      model.dispose()
      return result
    }
    const kept = await run(1e9)
    const computed = await run(0)
    expect(computed.losses.length).toBe(kept.losses.length)
    for (const [index, loss] of computed.losses.entries()) expect(loss).toBeCloseTo(kept.losses[index] as number, 5)
    expect(computed.report.validation.loss).toBeCloseTo(kept.report.validation.loss, 5)
  })
})
