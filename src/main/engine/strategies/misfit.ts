/** Which strategies can be used for a problem on a model. */
import { Failure } from '../../../shared/failure'
import type { Misfit, ModelStrategyId } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'

const remedies: Readonly<Record<Misfit, string>> = {
  'needs-decoder': 'Answering prompts needs a model that writes (GPT-2, LLaMA, Mistral, Qwen2). Choose one of those.',
  'needs-reading-head': 'It trains a head that reads texts, and answering prompts has none. Choose another strategy.',
  'needs-targets-per-text': 'It needs a class or a number for each text. Choose another strategy.',
}

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
    throw new Failure('strategy-unsupported', `${strategy} on ${config.architecture}: ${remedies[misfit]}`, { misfit })
}
