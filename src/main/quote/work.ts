/**
 * Floating-point operations of a model's parts.
 *
 * Notation: w width, f feed-forward width, a = heads x head size, k = key-value heads x head size, n layers, L length,
 * V vocabulary. A weight costs two operations a token.
 */
import type { Model } from '../../shared/model'

export type Shape = Pick<
  Model,
  | 'architecture'
  | 'layers'
  | 'width'
  | 'heads'
  | 'keyValueHeads'
  | 'headSize'
  | 'feedForwardWidth'
  | 'vocabularySize'
  | 'byteLength'
>

/** Attention's four matrices w x a, w x k twice and a x w; two of the feed-forward half, three where it has a gate. */
export function weightsPerLayer(shape: Shape): number {
  const { width, heads, keyValueHeads, headSize, feedForwardWidth } = shape
  const attention = 2 * width * headSize * (heads + keyValueHeads)
  return attention + (isGated(shape) ? 3 : 2) * width * feedForwardWidth
}

/** One token through one layer: its weights, and both products of attention with `keys` keys (4 a keys). */
export function layerFlops(shape: Shape, keys: number): number {
  return 2 * weightsPerLayer(shape) + 4 * keys * shape.heads * shape.headSize
}

/** One token's scores for every word of the vocabulary. */
export function wordFlops({ width, vocabularySize }: Shape): number {
  return 2 * width * vocabularySize
}

/** LLaMA's family multiplies two projections in its feed-forward half. */
export function isGated({ architecture }: Pick<Shape, 'architecture'>): boolean {
  return architecture === 'llama' || architecture === 'mistral' || architecture === 'qwen2'
}
