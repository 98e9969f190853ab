/** Which strategies can be used for a problem on a model. */
import { Failure } from '../../../shared/failure'
import { type Misfit, type ModelStrategyId, misfitRemedies } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'

/** Null where the strategy fits; `outputs` null = the model is to answer prompts. */
export function misfitOf(strategy: ModelStrategyId, config: ModelConfig, outputs: number | null): Misfit | null {
  if (outputs !== null) return null
  if (config.family === 'encoder') return 'needs-decoder'
  return strategy === 'head-only' || strategy === 'feature-based' ? 'needs-reading-head' : null
}

/** Throws `strategy-unsupported` on a misfit, with the remedy. */
export function requireFit(strategy: ModelStrategyId, config: ModelConfig, outputs: number | null): void {
  const misfit = misfitOf(strategy, config, outputs)
  if (misfit)
    throw new Failure('strategy-unsupported', `${strategy} on ${config.architecture}: ${misfitRemedies[misfit]}`, {
      misfit,
    })
}
