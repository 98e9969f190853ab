/** Bytes that a run has in use in each of its phases. */
import type { BackendId } from '../../shared/device'
import { keptOutputsDiskBytes, readWholeBytes } from '../files/kept-outputs'
import type { RunFacts } from './prior'
import { type Reach, reachOf } from './reach'
import { isGated, shareForeseen } from './work'

/** Node, the backend's own code and its pools, before any model. */
const runtimeFloorBytes: Readonly<Record<BackendId, number>> = {
  wasm: 170e6,
  tensorflow: 600e6,
  webgpu: 300e6,
}
const float = 4

/** A run needs the largest of them. */
export function memoryByPhase(facts: RunFacts): Record<'load' | 'train' | 'evaluate' | 'save' | 'export', number> {
  const { shape, strategy, options, data, backend } = facts
  const reach = reachOf(strategy.id, options, shape.layers)
  const floor = runtimeFloorBytes[backend]
  const weights = float * strategy.totalParameters
  const trained = float * strategy.trainableParameters
  const state = floor + weights + 2 * trained + Math.min(2 * readWholeBytes, keptHiddenBytes(facts, reach))
  const changedLayers = reach.passes === 0 ? 0 : shape.layers - reach.constantLayers
  const perLayer = changedLayers === 0 ? 0 : keptBytesPerLayer(facts, reach)
  const layers = facts.recipe.recomputeLayers
    ? perLayer + changedLayers * inputBytesPerLayer(facts, reach)
    : changedLayers * perLayer
  // Scores for every word as they are and on their way to and from the loss; a long text may be nearly all response.
  const share = facts.problem === 'instruction' ? 1 : shareForeseen(facts.problem, shape)
  const words = 2 * float * share * data.longestBatchTokens * shape.vocabularySize
  return {
    // The file and the tensors made from it.
    load: floor + shape.byteLength + weights,
    // Weights, both moments, gradients, the best parameters so far, and what the backward pass needs.
    train: state + 2 * trained + layers + words,
    evaluate: state + trained + 2 * passingBytesPerLayer(facts, reach) + words / 2,
    save: state + 4 * trained,
    export: floor + 2 * weights,
  }
}

/**
 * What one layer keeps for the backward pass of the longest batch, gradients on their way included: every operation's
 * output stays, which comes to 64 rows of width w, 20 of the feed-forward width (30 with a gate) and 28 attention maps of
 * heads x keys a token (measured on the starter, an encoder of 4 layers, on both backends).
 */
export function keptBytesPerLayer(facts: RunFacts, reach: Reach): number {
  return bytesPerLayer(facts, reach, { rows: 64, feedForwardRows: isGated(facts.shape) ? 30 : 20, maps: 28 })
}

/** What stays of a layer that is computed once more on the way back: its input, the gradient of that, and dropout's masks. */
function inputBytesPerLayer(facts: RunFacts, reach: Reach): number {
  return bytesPerLayer(facts, reach, { rows: 4, feedForwardRows: 0, maps: 1 })
}

/** What one layer has in use at a time where nothing is kept for a backward pass. */
export function passingBytesPerLayer(facts: RunFacts, reach: Reach): number {
  return bytesPerLayer(facts, reach, { rows: 16, feedForwardRows: isGated(facts.shape) ? 6 : 4, maps: 4 })
}

function bytesPerLayer(
  { shape, recipe, data }: RunFacts,
  { addedRows, addedKeys }: Reach,
  { rows, feedForwardRows, maps }: { rows: number; feedForwardRows: number; maps: number },
): number {
  const { longestBatchTokens } = data
  const length = Math.min(recipe.maxLength, Math.ceil(longestBatchTokens / recipe.batchSize))
  const tokens = longestBatchTokens * (1 + addedRows / Math.max(1, length))
  const { width, feedForwardWidth, heads } = shape
  return float * tokens * (rows * width + feedForwardRows * feedForwardWidth + maps * heads * (length + addedKeys))
}

/**
 * What the frozen layers say of all texts, on the disk: of the whole model two vectors a text, of its lower layers one a
 * token. Small files are read at once, of large ones a batch's texts.
 */
export function keptHiddenBytes({ shape, recipe, data }: RunFacts, { constantLayers }: Reach): number {
  if (constantLayers === 0) return 0
  const texts = 1.5 * data.stepsPerEpoch * recipe.batchSize * recipe.accumulationSteps
  const tokens = data.trainingTokensPerEpoch + data.validationTokens + data.testTokens
  const bytes = float * shape.width * (constantLayers === shape.layers ? 2 * texts : tokens)
  return bytes > keptOutputsDiskBytes ? 0 : bytes
}
