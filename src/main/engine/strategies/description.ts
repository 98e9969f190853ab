/** What the cards of all strategies say that add something to a frozen base and train the head along. */
import type { StrategyDescription } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import { misfitOf } from './misfit'
import type { ResolvedOptions } from './options'
import { countReadingHead, countWhole } from './reading-head'

export interface Addition
  extends Pick<StrategyDescription, 'id' | 'source' | 'exportFormats' | 'missingExports' | 'options' | 'preset'> {
  readonly id: Exclude<StrategyDescription['id'], 'dictionary'>
  /** Parameters that the base does not have. */
  readonly added: number
  readonly resolved: ResolvedOptions
}

export function describeAddition(
  config: ModelConfig,
  outputs: number | null,
  { added, resolved, ...described }: Addition,
): StrategyDescription {
  return {
    ...described,
    trainableParameters: added + countReadingHead(config, outputs, resolved),
    totalParameters: added + countWhole(config, outputs),
    misfit: misfitOf(described.id, config, outputs),
  }
}
