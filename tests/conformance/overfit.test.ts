/** Law 7: one batch can be overfitted. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ModelStrategyId, StrategyOptions } from '../../src/shared/strategy'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { runTraining, shortRecipe, shortTask, tinyTargets } from '../support/training'
import { modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

/** What trains beside a frozen base may, and in few steps must, move far. */
const rates: Partial<Record<ModelStrategyId, { reading: number; writing: number }>> = {
  'head-only': { reading: 3e-2, writing: Number.NaN },
  'prompt-tuning': { reading: 3e-2, writing: 1e-1 },
  'prefix-tuning': { reading: 1e-1, writing: 2e-2 },
  'llama-adapter': { reading: 3e-2, writing: 1e-1 },
  'bottleneck-adapter': { reading: 2e-2, writing: 2e-2 },
  ia3: { reading: 5e-2, writing: 3e-2 },
  full: { reading: 3e-3, writing: 1e-2 },
}
const wide: Partial<Record<ModelStrategyId, StrategyOptions>> = {
  'prompt-tuning': { virtualTokens: 8 },
  'prefix-tuning': { virtualTokens: 8 },
  'llama-adapter': { layers: 2, length: 8 },
  'bottleneck-adapter': { reductionFactor: 1 },
}

describe.each(bound(7))(lawTitle(7), (combination) => {
  const { strategy, problem } = combination
  const writes = problem === 'instruction'

  it(writes ? 'learns to write one as far as its frozen base can' : 'learns two texts by heart', async () => {
    const texts = tinyTargets(writes ? 1 : 2, 6, problem)
    const model = modelOf(combination, { learnsFast: true, options: wide[strategy] ?? {} })
    const learningRate = rates[strategy]?.[writes ? 'writing' : 'reading'] ?? 2e-2
    const recipe = {
      ...shortRecipe,
      epochs: writes ? 40 : 60,
      batchSize: 2,
      weightDecay: 0,
      warmupShare: 0,
      learningRate,
    }
    const task = shortTask(model, problem, { recipe, train: texts, validation: texts })
    const { losses, report } = await runTraining(task)
    expect(report.validation.loss).toBeLessThan(writes ? 0.66 * (losses[0] ?? 0) : 0.1)
    model.dispose()
  })
})
