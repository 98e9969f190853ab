/** A model of every strategy on every tiny architecture for every kind of problem, for the laws that all of them obey. */

import type { ModelConfig } from '../../src/main/engine/models/config'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { strategies } from '../../src/main/engine/strategies/index'
import { type Architecture, isDecoder } from '../../src/shared/model'
import { outputsOf } from '../../src/shared/problem'
import type { ModelStrategyId, StrategyOptions } from '../../src/shared/strategy'
import { tinyArchitectures, tinyConfig, tinyWeights } from './tiny-models'
import { tinyProblems } from './training'

/** Many labels are one loss away from one label: training/objectives has the difference. */
export const tinyProblemKinds = ['single-label', 'regression', 'instruction'] as const
export type TinyProblemKind = (typeof tinyProblemKinds)[number]

export interface Combination {
  readonly strategy: ModelStrategyId
  readonly architecture: Architecture
  readonly problem: TinyProblemKind
  /** "lora on bert, regression": how the laws' tests are named. */
  readonly name: string
}

export const allCombinations: readonly Combination[] = strategies.flatMap(({ id: strategy }) =>
  tinyArchitectures.flatMap((architecture) =>
    tinyProblemKinds.map((problem) => ({
      strategy,
      architecture,
      problem,
      name: `${strategy} on ${architecture}, ${problem}`,
    })),
  ),
)

export const everyCombination = allCombinations.filter((combination) => misfitOf(combination) === null)

/**
 * False for the three architectures that are others with another config: XLM-R is RoBERTa with one token type, Mistral and
 * Qwen2 are LLaMA with a window and with biases. Their difference shows in a single forward pass.
 */
export function isTrained({ architecture }: Combination): boolean {
  return !['xlm-roberta', 'mistral', 'qwen2'].includes(architecture)
}

/** Why Fino itself says that a pair does not fit. */
export function misfitOf({ strategy, architecture, problem }: Combination) {
  const described = strategies.find(({ id }) => id === strategy)
  return described?.describe(tinyConfig(architecture), outputsOf(tinyProblems[problem])).misfit ?? null
}

/** Room for texts beside them in 32 positions, and every layer adapted. */
export const tinyOptions: Partial<Record<ModelStrategyId, StrategyOptions>> = {
  'prompt-tuning': { virtualTokens: 4 },
  'prefix-tuning': { virtualTokens: 4, hiddenWidth: 12 },
  'llama-adapter': { length: 4 },
  'bottleneck-adapter': { reductionFactor: 4 },
  lora: { rank: 4 },
}

const fast = { embeddingDropout: 0, hiddenDropout: 0, attentionDropout: 0, headDropout: 0, initializerRange: 0.3 }

export interface TinyRequest {
  /** Outputs of the head that reads a text; null = the language-model head. */
  readonly outputs?: number | null
  readonly seed?: number
  /** Beside those that make the strategy tiny. */
  readonly options?: StrategyOptions
  /** Nothing drops out, and new heads are of the size of all else in these tiny models: learning takes few steps. */
  readonly learnsFast?: boolean
}

/** Fresh tensors at every call; the same values for the same seed. */
export function tinyTunedModel(
  architecture: Architecture,
  strategy: ModelStrategyId,
  { outputs = 2, seed = 3, options = {}, learnsFast = false }: TinyRequest = {},
): TunedModel {
  const dropping = tinyConfig(architecture)
  const config: ModelConfig = learnsFast ? { ...dropping, ...fast } : dropping
  return createTunedModel({
    config,
    weights: tinyWeights(config),
    strategy,
    options: { ...tinyOptions[strategy], ...(learnsFast && strategy === 'lora' && { dropout: 0 }), ...options },
    outputs,
    random: createRandom(seed).fork('parameters'),
  })
}

/** As many outputs as the combination's problem asks for. */
export function modelOf(
  { architecture, strategy, problem }: Combination,
  request: Omit<TinyRequest, 'outputs'> = {},
): TunedModel {
  return tinyTunedModel(architecture, strategy, { ...request, outputs: outputsOf(tinyProblems[problem]) })
}

/** Whether the combination's head writes. */
export function writes({ architecture, problem }: Combination): boolean {
  return isDecoder(architecture) && problem === 'instruction'
}
