/** What the training loop and prediction see of a base model with a strategy and a head. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import type { KeyValueCache } from '../generation/key-value-cache'
import type { Parameter, Parameters, Weights } from '../parameters'
import type { Random } from '../random'

/** One padded batch. Texts are padded on the right; `attentionMask` is 1 for tokens and 0 for padding. */
export interface Batch {
  readonly tokenIds: Tensor2D // int32 [batch, time]
  readonly attentionMask: Tensor2D // float32 [batch, time]
  /**
   * The language-model head answers at these places alone, each row * time + position: the rest of its logits, the
   * largest tensor of all, is never computed. Gathered before the head.
   */
  readonly places?: Tensor1D // int32 [places]
}

/**
 * Training applies dropout with masks drawn from `random`; evaluation does not. With `recomputeLayers` a layer's input alone
 * is kept for the way back: the results are the same, for less memory and a third to a half more work.
 */
export type Mode =
  | { readonly training: true; readonly random: Random; readonly recomputeLayers?: boolean }
  | { readonly training: false }

/** Hidden states after the first `layers` layers, computed before. */
export interface LowerLayers {
  readonly layers: number
  readonly hidden: Tensor3D // [batch, time, width]
}

export interface TunedModel {
  readonly parameters: Parameters
  readonly totalParameters: number
  /** Longest text in tokens, beside what the strategy puts in front. */
  readonly maximumLength: number
  /** Of hidden states. */
  readonly width: number
  /** Every tensor of the forward pass under its Hugging Face name: the frozen base and the parameters, head included. */
  readonly weights: Weights
  /**
   * How much of the base is a constant of the data: 0 = nothing worth keeping, 1 = the embeddings,
   * 1 + n = the embeddings and the first n layers. The loop computes `constantPart` once per text and keeps it.
   */
  readonly constantDepth: number
  /** Whether layers drop values out in training. */
  readonly dropsOut: boolean
  /** Whether the constant part is a row for each token or, where the whole base is constant, a few for each text. */
  readonly constantOf: 'tokens' | 'texts'
  /** How many layers `lower` may replace in `constantPart`. */
  readonly mostLowerLayers: number
  /**
   * Hidden states after the constant part, evaluated without dropout: of every token, or where no more of a text is read
   * (head-only, feature-based) its `textRows`. `lower` replaces the lower layers where they were computed before.
   */
  constantPart(batch: Batch, lower?: LowerLayers): Tensor3D // [batch, time or rows of a text, width]
  /**
   * A head that reads a text: [batch, outputs]. The language-model head: [batch, time, vocabulary], the text's own
   * positions alone, or [places, vocabulary] where the batch names places. `hidden` replaces the constant part where it
   * was computed before.
   */
  logits(batch: Batch, mode: Mode, hidden?: Tensor3D): Tensor
  /** Where the table of word embeddings trains and is read word by word alone: its name, and the model over another. */
  readonly words?: { readonly name: string; over(table: Parameter): TunedModel }
  /** Feature-based only: one vector per text for the external model. */
  features?(batch: Batch, hidden?: Tensor3D): Tensor2D // [batch, width]
  /** Language models only: writing on, one text at a time. */
  readonly generation?: {
    /** An empty cache (holding the prefix or virtual tokens of the strategy, if any), which the caller disposes of. */
    start(): KeyValueCache
    /** Reads int32 [1, time] after what the cache holds, moves the cache on, and tells what may come next. */
    next(cache: KeyValueCache, tokenIds: Tensor2D): Tensor2D // [1, vocabulary]
  }
  /**
   * Strategies that can be worked into the base: all tensors of the merged model under their Hugging Face names. Those that
   * are not among `weights` are new, and the caller's.
   */
  merge?(): Weights
  /** Frees base weights, parameters and head. */
  dispose(): void
}
