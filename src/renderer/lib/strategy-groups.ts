/** The strategies by what becomes of the model, from the cheapest to the dearest. */
import type { StrategyId } from '../../shared/strategy'

export const strategyGroups = {
  interpretable: ['dictionary'],
  frozen: ['feature-based', 'head-only'],
  additions: ['prompt-tuning', 'prefix-tuning', 'ia3', 'llama-adapter', 'lora', 'bottleneck-adapter'],
  whole: ['full'],
} as const satisfies Record<string, readonly StrategyId[]>
export type StrategyGroup = keyof typeof strategyGroups
export const strategyGroupNames = Object.keys(strategyGroups) as StrategyGroup[]

/** False where one problem is solved at once: no epochs, no learning rate, no curves. */
export function hasSteps(strategy: StrategyId): boolean {
  return strategy !== 'dictionary' && strategy !== 'feature-based'
}
