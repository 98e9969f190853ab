/** A model of every strategy on every tiny architecture, for the laws that all of them obey. */

import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import type { Architecture } from '../../src/shared/model'
import { type StrategyId, type StrategyOptions, strategyIds } from '../../src/shared/strategy'
import { tinyArchitectures, tinyConfig, tinyWeights } from './tiny-models'

export const everyCombination = tinyArchitectures.flatMap((architecture) =>
  strategyIds.map((strategy) => ({ architecture, strategy, name: `${strategy} on ${architecture}` })),
)

/** Fresh tensors at every call; the same values for the same seed. */
export function tinyTunedModel(
  architecture: Architecture,
  strategy: StrategyId,
  { classes = 2, seed = 3, options = {} }: { classes?: number; seed?: number; options?: StrategyOptions } = {},
): TunedModel {
  const config = tinyConfig(architecture)
  return createTunedModel({
    config,
    weights: tinyWeights(config),
    strategy,
    options,
    classes,
    random: createRandom(seed).fork('parameters'),
  })
}
