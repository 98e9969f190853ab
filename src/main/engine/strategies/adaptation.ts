/** What a strategy is: its difference from the frozen base, never a second copy of the model. */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import type { OptionDescription, StrategyDescription, StrategyId, StrategyOptions } from '../../../shared/strategy'
import type { EncoderConfig } from '../models/config'
import type { Mode } from '../models/tuned-model'
import type { Projection } from '../models/weights'
import type { Parameters, Weights } from '../parameters'
import type { Random } from '../random'

/** One linear module of the encoder. */
export interface Site {
  readonly layer: number
  readonly projection: Projection
  /** Its Hugging Face name, "bert.encoder.layer.0.attention.self.query". */
  readonly path: string
}

/** What a strategy adds to a frozen base. Absent hooks cost nothing. */
export interface Adaptation {
  /** All that trains and all that is saved. One that bears a base tensor's name stands in for it. */
  readonly parameters: Parameters
  /** As in TunedModel: how far up the encoder is a constant of the data. */
  readonly constantDepth: number
  /** A site's output, given its input and what the base makes of it. Rows are batch times time. */
  projected?(site: Site, input: Tensor2D, output: Tensor2D, mode: Mode): Tensor2D
  /** The base with the difference worked into it: new tensors where it differs, which the caller owns. */
  merge?(base: Weights): Weights
}

/** What a strategy starts from. `weights` stay the caller's. */
export interface Base {
  readonly config: EncoderConfig
  readonly weights: Weights
  readonly classes: number
  readonly options: StrategyOptions
  readonly random: Random
}

export interface Strategy {
  readonly id: StrategyId
  /** What a person may set on such a model, with the values that hold where nothing is said. */
  options(config: EncoderConfig, classes: number): OptionDescription[]
  /** Everything a card shows, reckoned from the config: no tensor is made. `options` may be partial. */
  describe(config: EncoderConfig, classes: number, options?: StrategyOptions): StrategyDescription
  /** Makes the parameters that train. Throws `recipe-invalid` where an option does not fit. */
  adapt(base: Base): Adaptation
}
