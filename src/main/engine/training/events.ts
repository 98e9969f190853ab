/** What the training loop is given, says while it runs, and hands back. Plain data and plain functions. */
import type { Problem } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import type { Metrics, RunResult } from '../../../shared/result'
import type { RunPhase } from '../../../shared/run'
import type { TargetText, Tokenizer } from '../data/encode'
import type { TunedModel } from '../models/tuned-model'
import type { Evaluation } from './best'
import type { KeptValuesStore } from './kept-values'

export type TrainingRecipe = Pick<
  Recipe,
  | 'epochs'
  | 'batchSize'
  | 'accumulationSteps'
  | 'maxLength'
  | 'learningRate'
  | 'weightDecay'
  | 'warmupShare'
  | 'clipNorm'
  | 'seed'
  | 'patience'
  | 'labelWeights'
  | 'recomputeLayers'
>

/** Read between steps. `stop` = finish early with the best so far; `cancel` = leave with Failure 'cancelled'. */
export interface StopFlag {
  readonly requested: 'stop' | 'cancel' | null
}

/** Keeps what a run needs to go on. `saveBest` is called before the `saveLast` that mentions it. */
export interface CheckpointStore {
  saveLast(bytes: Uint8Array): Promise<void>
  saveBest(step: number, bytes: Uint8Array): Promise<void>
}

export interface TrainingTask {
  readonly model: TunedModel
  readonly tokenizer: Tokenizer
  readonly train: readonly TargetText[]
  readonly validation: readonly TargetText[]
  readonly problem: Problem
  readonly recipe: TrainingRecipe
  /** Milliseconds from any start. It decides when to save, never a number of the result. */
  readonly clock: () => number
  readonly store: CheckpointStore
  readonly stop: StopFlag
  /** Seconds of training after which the state is saved between evaluations. */
  readonly checkpointSeconds: number
  /** Keeps what frozen layers say of the texts. */
  readonly keeping: KeptValuesStore
  /** What the store kept of this run earlier: the last state, and the best parameters of a step. */
  readonly resume: { readonly last: Uint8Array; best(step: number): Promise<Uint8Array> } | null
}

export type TrainingEvent =
  | { readonly kind: 'phase'; readonly phase: RunPhase; readonly done: number; readonly total: number }
  /** Texts of one split without room for a token of their response. */
  | { readonly kind: 'left-out'; readonly texts: number; readonly total: number }
  | {
      readonly kind: 'step'
      readonly step: number
      readonly totalSteps: number
      /** Epochs done, with the fraction of the current one. */
      readonly epoch: number
      readonly loss: number
      /** Null where a solver chooses its own. */
      readonly learningRate: number | null
      readonly gradientNorm: number
      /** Padded tokens of this step, and the seconds it took. */
      readonly tokens: number
      readonly seconds: number
    }
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation; readonly best: boolean; readonly seconds: number }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly byteLength: number }

/** The model holds the best parameters when this is handed back. */
export interface TrainingReport {
  readonly validation: Metrics
  readonly bestStep: number
  readonly steps: number
  readonly epochs: number
  readonly stoppedBecause: RunResult['stoppedBecause']
  /** In optimizer steps alone, over all sessions of a resumed run. */
  readonly trainingSeconds: number
  /** Padded tokens of those steps. */
  readonly trainingTokens: number
  /** Those that texts were padded to: what is evaluated with the same ones meets no new shapes. */
  readonly paddedLengths: readonly number[]
}
