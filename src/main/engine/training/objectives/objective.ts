/** What a problem means for numbers: how its targets are written, what training makes small, and how answers are scored. */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import type { Metrics, Prediction } from '../../../../shared/result'
import type { Counted, Encoded, Example, TargetText, Tokenizer } from '../../data/encode'
import type { Random } from '../../random'

/** The texts of one padded batch, in the order of its rows. */
export interface Asked {
  readonly examples: readonly Example[]
  /** Padded length in tokens. */
  readonly time: number
  /** The model's logits for them; a language model's at these places (`Batch.places`). */
  logits(places?: Tensor1D): Tensor
}

/** Measured numbers are one row of `columns` per text, row after row. */
export interface Objective {
  /** Throws `dataset-malformed` where a target is none of this problem. */
  encode(tokenizer: Tokenizer, texts: readonly TargetText[], maxLength: number): AsyncGenerator<Counted, Encoded>
  /** Examples as one epoch reads them: of the same lengths, and decided by `random` alone. Absent = always as encoded. */
  renew?(tokenizer: Tokenizer, examples: readonly Example[], random: Random): readonly Example[]
  /** How much an example weighs in the mean of a step: cutting a step into batches changes nothing. */
  weightOf(example: Example): number
  /** Mean over the weight of the batch; differentiable. */
  loss(asked: Asked): Scalar
  /** What evaluation keeps of each text. */
  measure(asked: Asked): Tensor2D // [batch, columns]
  score(measured: Float32Array, examples: readonly Example[]): Metrics
  /** Each text's own loss. */
  losses(measured: Float32Array, examples: readonly Example[]): number[]
  /** One per text; null where the answer is written, not read off. */
  predict(measured: Float32Array): Prediction[] | null
  /** What the training split alone, without reading, scores on other texts; null where that is the untrained model. */
  naive(training: readonly TargetText[], tested: readonly Example[]): Metrics | null
}
