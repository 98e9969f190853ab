/** A classifier of every strategy on every tiny architecture, for the laws that all of them obey. */

import type { Classifier } from '../../src/main/engine/models/classifier'
import { createClassifier } from '../../src/main/engine/models/create-classifier'
import { createRandom } from '../../src/main/engine/random'
import type { Architecture } from '../../src/shared/model'
import { type StrategyId, type StrategyOptions, strategyIds } from '../../src/shared/strategy'
import { tinyArchitectures, tinyConfig, tinyWeights } from './tiny-models'

export const everyCombination = tinyArchitectures.flatMap((architecture) =>
  strategyIds.map((strategy) => ({ architecture, strategy, name: `${strategy} on ${architecture}` })),
)

/** Fresh tensors at every call; the same values for the same seed. */
export function tinyClassifier(
  architecture: Architecture,
  strategy: StrategyId,
  { classes = 2, seed = 3, options = {} }: { classes?: number; seed?: number; options?: StrategyOptions } = {},
): Classifier {
  const config = tinyConfig(architecture)
  return createClassifier({
    config,
    weights: tinyWeights(config),
    strategy,
    options,
    classes,
    random: createRandom(seed).fork('parameters'),
  })
}
