/** What a strategy is: its difference from the frozen base, never a second copy of the model. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import type { ModelStrategyId, OptionDescription, StrategyDescription, StrategyOptions } from '../../../shared/strategy'
import type { ModelConfig } from '../models/config'
import type { Mode } from '../models/tuned-model'
import type { Projection } from '../models/weights'
import type { Parameters, Weights } from '../parameters'
import type { Random } from '../random'

/** One linear module of a layer. */
export interface Site {
  readonly layer: number
  readonly projection: Projection
  /** Its Hugging Face name, "bert.encoder.layer.0.attention.self.query". */
  readonly path: string
}

/** Keys and values that a layer's queries meet before the text's own. They carry no rotary position. */
export interface AttentionPrefix {
  readonly keys: Tensor2D // [length, key-value heads * head size]
  readonly values: Tensor2D // [length, key-value heads * head size]
  /**
   * Absent: one softmax over prefix and text. Present, [1] or [heads]: the prefix has a softmax of its own, whose
   * mixture of the values is added, times the gate, to the text's.
   */
  readonly gate?: Tensor
  /** With a gate: the gated mixture is added after attention's output projection instead of before it. */
  readonly addedAfterOutput?: boolean
}

/** One of the two halves of a layer. */
export interface Sublayer {
  readonly layer: number
  readonly part: 'attention' | 'feedForward'
}

/** What meets at the end of a sublayer. Rows are batch times time. */
export interface Meeting {
  /** What the sublayer's last linear module gave, dropout applied. */
  readonly output: Tensor2D // [rows, width]
  /** What goes around the sublayer. */
  readonly residual: Tensor2D // [rows, width]
  /** What the sublayer read: the residual itself, or its normalization in architectures that normalize first. */
  readonly input: Tensor2D // [rows, width]
  /** The sublayer's own normalization where it comes after the sum (BERT's family), the identity elsewhere. */
  normalize(x: Tensor2D): Tensor2D
}

/** What a strategy adds to a frozen base. Absent hooks cost nothing. */
export interface Adaptation {
  /** All that trains and all that is saved. One that bears a base tensor's name stands in for it. */
  readonly parameters: Parameters
  /** As in TunedModel: how far up the base is a constant of the data. */
  readonly constantDepth: number
  /** Word embeddings, before positions and types are added; returns them with `virtualTokens` rows in front. */
  embedded?(words: Tensor3D, mode: Mode): Tensor3D // [batch, time, width] -> [batch, virtual + time, width]
  /** Rows that `embedded` puts in front. Heads that read the first position read the first of them, as in PEFT. */
  readonly virtualTokens?: number
  /** The position of the text's first token: the length of a prefix that takes part in the softmax. Default 0. */
  readonly firstPosition?: number
  /** What a site reads, in place of its input. */
  projecting?(site: Site, input: Tensor2D, mode: Mode): Tensor2D
  /** A site's output, given what it read (before `projecting`) and what the base makes of it. Rows are batch times time. */
  projected?(site: Site, input: Tensor2D, output: Tensor2D, mode: Mode): Tensor2D
  attentionPrefix?(layer: number): AttentionPrefix | undefined
  /** The sum that closes a sublayer, before the normalization that may follow; by default residual + output. */
  joined?(sublayer: Sublayer, meeting: Meeting, mode: Mode): Tensor2D
  /** The base with the difference worked into it: new tensors where it differs, which the caller owns. */
  merge?(base: Weights): Weights
}

/** What a strategy starts from. `weights` stay the caller's. */
export interface Base {
  readonly config: ModelConfig
  readonly weights: Weights
  /** Outputs of the head that reads a text; null = the language-model head. */
  readonly outputs: number | null
  readonly options: StrategyOptions
  readonly random: Random
  /** Prompt tuning: the option `initialText` in tokens, without those that open and close a text. */
  readonly initialTokenIds?: readonly number[]
}

export interface Strategy {
  readonly id: ModelStrategyId
  /** What a person may set on such a model, with the values that hold where nothing is said. */
  options(config: ModelConfig, outputs: number | null): OptionDescription[]
  /**
   * Everything a card shows, reckoned from the config: no tensor is made. `options` may be partial. Where the strategy
   * does not fit, `misfit` says why and the rest is as far as it can be told.
   */
  describe(config: ModelConfig, outputs: number | null, options?: StrategyOptions): StrategyDescription
  /** Makes the parameters that train. Throws `recipe-invalid` where an option does not fit, `strategy-unsupported` on a misfit. */
  adapt(base: Base): Adaptation
}
