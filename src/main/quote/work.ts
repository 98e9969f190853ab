/**
 * Floating-point operations of a model's parts.
 *
 * Notation: w width, f feed-forward width, a = heads x head size, k = key-value heads x head size, n layers, L length,
 * V vocabulary. A weight costs two operations a token.
 */
import { isDecoder, type Model } from '../../shared/model'
import type { ProblemKind } from '../../shared/problem'

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

/** Of a text's tokens, those for which every word is scored: the response, the masked pieces, or all. */
const foreseenShare = { response: 0.5, masked: 0.15, causal: 1 } as const

export function shareForeseen(problem: ProblemKind, { architecture }: Pick<Shape, 'architecture'>): number {
  if (problem === 'instruction') return foreseenShare.response
  if (problem !== 'language') return 0
  return isDecoder(architecture) ? foreseenShare.causal : foreseenShare.masked
}

/** LLaMA's family multiplies two projections in its feed-forward half. */
export function isGated({ architecture }: Pick<Shape, 'architecture'>): boolean {
  return architecture === 'llama' || architecture === 'mistral' || architecture === 'qwen2'
}
