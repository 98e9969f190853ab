/** The strategies, in the order in which they are shown: from the cheapest to the dearest. */
import type { StrategyDescription, StrategyId, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import type { Strategy } from './adaptation'
import { bottleneckAdapter } from './bottleneck-adapter'
import { featureBased } from './feature-based'
import { full } from './full'
import { headOnly } from './head-only'
import { ia3 } from './ia3'
import { llamaAdapter } from './llama-adapter'
import { lora } from './lora'
import { prefixTuning } from './prefix-tuning'
import { promptTuning } from './prompt-tuning'

export const strategies: readonly Strategy[] = [
  featureBased,
  headOnly,
  promptTuning,
  prefixTuning,
  ia3,
  llamaAdapter,
  lora,
  bottleneckAdapter,
  full,
]

export function strategyOf(id: StrategyId): Strategy {
  const strategy = strategies.find((candidate) => candidate.id === id)
  if (!strategy) throw new Error(`needs a strategy of the list; has ${id}`)
  return strategy
}

/** Every strategy on this model with its default options, or those chosen for one of them. */
export function describeStrategies(
  config: ModelConfig,
  outputs: number | null,
  chosen?: { strategy: StrategyId; options: StrategyOptions },
): StrategyDescription[] {
  return strategies.map((strategy) =>
    strategy.describe(config, outputs, strategy.id === chosen?.strategy ? chosen.options : undefined),
  )
}
