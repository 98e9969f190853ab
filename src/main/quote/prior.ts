/**
 * What a run should cost, from the model's shape, the data's length and the backend's speed alone.
 *
 * Notation: P weights that a token passes, w width, f feed-forward width, h heads, n layers, L padded length,
 * T tokens of a batch, D tokens of an epoch. Forward 2PD, full finetuning 6PD, a frozen base with gradients flowing
 * through it 4PD, a frozen base whose output is kept 2PD once, whatever the epochs.
 */
import type { BackendId } from '../../shared/device'
import type { Model } from '../../shared/model'
import type { Recipe } from '../../shared/recipe'
import type { StrategyDescription } from '../../shared/strategy'

export type Shape = Pick<Model, 'layers' | 'width' | 'heads' | 'feedForwardWidth' | 'byteLength'>

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
  strategy: Pick<StrategyDescription, 'id' | 'trainableParameters' | 'totalParameters' | 'cachesEncoder'>
  recipe: Pick<Recipe, 'epochs' | 'batchSize' | 'accumulationSteps' | 'maxLength'>
  data: DataFacts
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
/** Node, the backend's own code and its pools, before any model. */
const runtimeFloorBytes: Readonly<Record<BackendId, number>> = { wasm: 170e6, tensorflow: 600e6 }
/** Starting the worker and the backend. */
const startSeconds: Readonly<Record<BackendId, number>> = { wasm: 1, tensorflow: 2 }
/** Cost of sending one operation to the backend; a layer's forward pass has about forty. */
const secondsPerOperation: Readonly<Record<BackendId, number>> = { wasm: 2e-5, tensorflow: 3e-5 }
const operationsPerLayer = 40
const diskBytesPerSecond = 200e6
/** AdamW reads and writes weights, gradients and both moments: 28 bytes a parameter. */
const optimizerBytesPerParameter = 28
const memoryBytesPerSecond = 5e9
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

/** Floating-point operations of one token's forward pass: 2P for the weights and 4Lwn for attention. */
export function forwardFlopsPerToken({ layers, width, feedForwardWidth }: Shape, length: number): number {
  const weights = layers * (4 * width * width + 2 * width * feedForwardWidth)
  return 2 * weights + 4 * length * width * layers
}

/** Forward passes that one token's training step is worth. */
export function trainingFactor({ id, cachesEncoder }: RunFacts['strategy']): number {
  if (cachesEncoder) return 0
  return id === 'full' ? 3 : 2
}

function seconds(facts: RunFacts): { fixedSeconds: number; secondsPerEpoch: number } {
  const { shape, strategy, recipe, data, backend, gflops } = facts
  const batchesPerEpoch = data.stepsPerEpoch * recipe.accumulationSteps
  const meanLength = data.trainingTokensPerEpoch / Math.max(1, batchesPerEpoch * recipe.batchSize)
  const perToken = forwardFlopsPerToken(shape, meanLength) / (gflops * 1e9 * efficiency)
  const perBatch = shape.layers * operationsPerLayer * secondsPerOperation[backend]
  const tokensPerBatch = Math.max(1, data.trainingTokensPerEpoch / Math.max(1, batchesPerEpoch))
  const forward = (tokens: number) => tokens * perToken + (tokens / tokensPerBatch) * perBatch

  const loading = shape.byteLength / diskBytesPerSecond
  if (strategy.cachesEncoder) {
    const once = forward(data.trainingTokensPerEpoch + data.validationTokens + data.testTokens)
    // A head is a handful of small operations a step.
    const head =
      strategy.id === 'feature-based' ? 0 : batchesPerEpoch * operationsPerLayer * secondsPerOperation[backend]
    return { fixedSeconds: loading + once, secondsPerEpoch: head }
  }
  const optimizing =
    (data.stepsPerEpoch * strategy.trainableParameters * optimizerBytesPerParameter) / memoryBytesPerSecond
  return {
    fixedSeconds: loading + forward(data.testTokens),
    secondsPerEpoch:
      trainingFactor(strategy) * forward(data.trainingTokensPerEpoch) + optimizing + forward(data.validationTokens),
  }
}

/** Bytes in use in each phase; a run needs the largest. */
export function memoryByPhase(facts: RunFacts): Record<'load' | 'train' | 'evaluate' | 'save' | 'export', number> {
  const { shape, strategy, data, backend } = facts
  const floor = runtimeFloorBytes[backend]
  const weights = float * strategy.totalParameters
  const trained = float * strategy.trainableParameters
  const state = floor + weights + 2 * trained + keptHiddenBytes(facts)
  const activations = strategy.cachesEncoder ? 0 : shape.layers * keptBytesPerLayer(facts, data.longestBatchTokens)
  return {
    // The file and the tensors made from it.
    load: floor + shape.byteLength + weights,
    // Weights, both moments, gradients, the best parameters so far, and what the backward pass needs.
    train: state + 2 * trained + activations,
    evaluate: state + trained + 2 * passingBytesPerLayer(facts, data.longestBatchTokens),
    save: state + 4 * trained,
    export: floor + 2 * weights,
  }
}

/**
 * What one layer keeps for the backward pass of a batch of T tokens, gradients on their way included: every operation's
 * output stays, which comes to 64 rows of width w, 20 of the feed-forward width and 28 attention maps of h x L a token
 * (measured on the starter, an encoder of 4 layers, on both backends).
 */
export function keptBytesPerLayer(facts: RunFacts, tokens: number): number {
  return float * tokens * valuesPerToken(facts, tokens, { rows: 64, feedForwardRows: 20, maps: 28 })
}

/** What one layer has in use at a time where nothing is kept for a backward pass. */
export function passingBytesPerLayer(facts: RunFacts, tokens: number): number {
  return float * tokens * valuesPerToken(facts, tokens, { rows: 16, feedForwardRows: 4, maps: 4 })
}

function valuesPerToken(
  { shape, recipe }: RunFacts,
  tokens: number,
  { rows, feedForwardRows, maps }: { rows: number; feedForwardRows: number; maps: number },
): number {
  const length = Math.min(recipe.maxLength, Math.ceil(tokens / recipe.batchSize))
  return rows * shape.width + feedForwardRows * shape.feedForwardWidth + maps * shape.heads * length
}

/** A frozen encoder's output for every text of training and validation: one vector a text. */
function keptHiddenBytes({ shape, strategy, recipe, data }: RunFacts): number {
  if (!strategy.cachesEncoder) return 0
  const texts = data.stepsPerEpoch * recipe.batchSize * recipe.accumulationSteps
  return float * shape.width * texts * 1.5
}

/** The last state (weights and two moments), the best parameters, and an export. */
function diskBytes({ strategy }: RunFacts): number {
  const trained = float * strategy.trainableParameters
  const exported = strategy.id === 'full' || strategy.id === 'head-only' ? float * strategy.totalParameters : trained
  return 4 * trained + exported
}
