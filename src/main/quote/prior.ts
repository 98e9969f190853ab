/**
 * What a run should cost, from the model's shape, the data's length and the backend's speed alone.
 *
 * Notation: P weights that a token passes, D tokens of an epoch. Forward 2PD, full finetuning 6PD, a frozen base with
 * gradients flowing through it 4PD, layers below the lowest change 2PD once, whatever the epochs.
 */
import type { BackendId } from '../../shared/device'
import type { ProblemKind } from '../../shared/problem'
import type { Recipe } from '../../shared/recipe'
import { answeredTestRows } from '../../shared/run'
import type { ModelStrategyId, StrategyDescription } from '../../shared/strategy'
import { keptHiddenBytes, memoryByPhase } from './memory'
import { type Reach, reachOf } from './reach'
import { layerFlops, type Shape, shareForeseen, weightsPerLayer, wordFlops } from './work'

/** Tokens are counted as they are computed: padded to their batches. */
export interface DataFacts {
  trainingTokensPerEpoch: number
  validationTokens: number
  testTokens: number
  stepsPerEpoch: number
  longestBatchTokens: number
}

export interface RunFacts {
  shape: Shape
  strategy: Pick<StrategyDescription, 'trainableParameters' | 'totalParameters' | 'exportFormats'> & {
    id: ModelStrategyId
  }
  options: Recipe['options']
  problem: ProblemKind
  recipe: Pick<Recipe, 'epochs' | 'batchSize' | 'accumulationSteps' | 'maxLength'> &
    Partial<Pick<Recipe, 'recomputeLayers'>>
  data: DataFacts
  testTexts: number
  /** The frozen outputs that the run needs are kept from an earlier one. */
  warm: boolean
  backend: BackendId
  /** Measured rate of large float32 matrix products. */
  gflops: number
}

/** Seconds are split so that a run that stops early can be compared with what it was estimated to take. */
export interface Estimate {
  /** Loading, what is computed once, the final test, saving. */
  fixedSeconds: number
  secondsPerEpoch: number
  memoryBytes: number
  diskBytes: number
  steps: number
}

/** Share of the rate of large products that a whole training step reaches. */
const efficiency = 0.5
/** Starting the worker and the backend. */
const startSeconds: Readonly<Record<BackendId, number>> = { wasm: 1, tensorflow: 2, webgpu: 2 }
/** Cost of sending one operation to the backend; a layer's forward pass has about forty. */
const secondsPerOperation: Readonly<Record<BackendId, number>> = { wasm: 2e-5, tensorflow: 3e-5, webgpu: 5e-5 }
const operationsPerLayer = 40
const diskBytesPerSecond = 200e6
/** AdamW reads and writes weights, gradients and both moments: 28 bytes a parameter. */
const optimizerBytesPerParameter = 28
const memoryBytesPerSecond = 5e9
/** Of a usual answer. */
const answerTokens = 64
const float = 4

export function estimate(facts: RunFacts): Estimate {
  const { strategy, recipe, data, backend } = facts
  const { fixedSeconds, secondsPerEpoch } = seconds(facts)
  return {
    fixedSeconds: startSeconds[backend] + fixedSeconds,
    secondsPerEpoch,
    memoryBytes: Math.max(...Object.values(memoryByPhase(facts))),
    diskBytes: diskBytes(facts),
    steps: strategy.id === 'feature-based' ? 0 : data.stepsPerEpoch * recipe.epochs,
  }
}

function seconds(facts: RunFacts): { fixedSeconds: number; secondsPerEpoch: number } {
  const { shape, strategy, options, problem, recipe, data, warm, backend } = facts
  const { trainingTokensPerEpoch, validationTokens, testTokens, stepsPerEpoch } = data
  const reach = reachOf(strategy.id, options, shape.layers)
  const answering = problem === 'instruction'
  // Answers and adapted models are measured beside what the untuned model says of the same texts.
  const measurements = answering || problem === 'language' ? 2 : 1
  const { layer, words } = secondsPerToken(facts, reach)
  const changedLayers = shape.layers - reach.constantLayers

  const lower = (tokens: number) => (warm ? 0 : tokens * layer * reach.constantLayers)
  const upper = (tokens: number) => tokens * (layer * changedLayers + words)
  const once = lower(trainingTokensPerEpoch + validationTokens)
  const kept = reach.constantLayers > 0 && keptHiddenBytes(facts, reach) > 0
  // A head is a handful of small operations a step.
  const head =
    strategy.id === 'head-only'
      ? stepsPerEpoch * recipe.accumulationSteps * operationsPerLayer * secondsPerOperation[backend]
      : 0
  const optimizing =
    reach.passes === 0
      ? 0
      : (stepsPerEpoch * strategy.trainableParameters * optimizerBytesPerParameter) / memoryBytesPerSecond
  const passes = reach.passes === 0 || !recipe.recomputeLayers ? reach.passes : reach.passes + 1
  const test = lower(testTokens) + upper(testTokens)
  return {
    fixedSeconds:
      shape.byteLength / diskBytesPerSecond +
      (kept ? once : 0) +
      measurements * test +
      (answering ? answerSeconds(facts) : 0),
    secondsPerEpoch:
      (kept ? 0 : once) + head + optimizing + passes * upper(trainingTokensPerEpoch) + upper(validationTokens),
  }
}

/** A text's token through one layer and through the scores for every word; what is computed beside the text included. */
function secondsPerToken(
  { shape, problem, recipe, data, backend, gflops }: RunFacts,
  { addedRows, addedKeys }: Reach,
): { layer: number; words: number } {
  const batchesPerEpoch = Math.max(1, data.stepsPerEpoch * recipe.accumulationSteps)
  const tokensPerBatch = Math.max(1, data.trainingTokensPerEpoch / batchesPerEpoch)
  const length = tokensPerBatch / recipe.batchSize
  const rate = gflops * 1e9 * efficiency
  const flops = (1 + addedRows / length) * layerFlops(shape, length + addedKeys)
  return {
    layer: flops / rate + (operationsPerLayer * secondsPerOperation[backend]) / tokensPerBatch,
    words: (shareForeseen(problem, shape) * wordFlops(shape)) / rate,
  }
}

/** Written token by token: each reads every weight once, which memory is too slow for. */
export function answerSeconds({ shape, testTexts, backend }: RunFacts): number {
  const weights = shape.layers * weightsPerLayer(shape) + shape.width * shape.vocabularySize
  const perToken =
    (float * weights) / memoryBytesPerSecond + shape.layers * operationsPerLayer * secondsPerOperation[backend]
  return Math.min(answeredTestRows, testTexts) * answerTokens * perToken
}

/** The last state (weights and two moments), the best parameters, an export, and the frozen outputs. */
function diskBytes(facts: RunFacts): number {
  const { strategy, options, shape, warm } = facts
  const trained = float * strategy.trainableParameters
  const exported = strategy.exportFormats[0] === 'hugging-face' ? float * strategy.totalParameters : trained
  return 4 * trained + exported + (warm ? 0 : keptHiddenBytes(facts, reachOf(strategy.id, options, shape.layers)))
}
