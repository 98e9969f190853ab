/** Jobs for the worker process and what it says while it does them. Plain data, structured-clone safe. */

import type { AdaptationTexts } from '../../shared/adaptation'
import type { SplitName } from '../../shared/dataset'
import type { BackendChoice, BackendId, BackendReport } from '../../shared/device'
import type { Dictionary } from '../../shared/dictionary'
import type { FailureRecord } from '../../shared/failure'
import type { Generation } from '../../shared/generation'
import type { Architecture } from '../../shared/model'
import type { Problem } from '../../shared/problem'
import type { Recipe } from '../../shared/recipe'
import type { Certificate, Prediction, RunResult, ScoredRow } from '../../shared/result'
import type { MetricPoint, Progress } from '../../shared/run'
import type { ExportFormat, StrategyDescription } from '../../shared/strategy'

/** The data and base model that a job works on. */
export interface Material {
  /** A Hugging Face folder. */
  modelFolder: string
  /** rows.jsonl of the data set: one DatasetRow a line. */
  rowsFile: string
  problem: Problem
  /** The analyst's own word list that a dictionary is to use (option `wordList`); null = learn the words. */
  wordListFile: string | null
}

/** A trained thing to ask: a run's own folder with its best checkpoint, or an exported folder. */
export type Trained =
  | { kind: 'run'; runFolder: string; recipe: Recipe; modelFolder: string; problem: Problem }
  /**
   * `modelFolder`: the base model; null where the export carries the whole model or needs none. `problem`: as Fino's own
   * exports say, or as the person says of another tool's; absent = as far as its files tell.
   */
  | { kind: 'export'; folder: string; modelFolder: string | null; problem?: Problem }
  /** The base model as it is, for what it answers untuned to the same template; instruction problems alone. */
  | { kind: 'base'; modelFolder: string; problem: Problem; maxLength: number }

export interface ModelFacts {
  architecture: Architecture
  parameters: number
  layers: number
  width: number
  heads: number
  keyValueHeads: number
  headSize: number
  feedForwardWidth: number
  vocabularySize: number
  maximumLength: number
  byteLength: number
  contentHash: string
}

/** Measured on this machine by a few real steps on the longest and on typical batches. */
export interface ProbeFacts {
  backend: BackendId
  secondsPerTrainingToken: number
  secondsPerEvaluationToken: number
  loadSeconds: number
  peakMemoryBytes: number
  /** Tokens a full epoch really costs: padded to batches, at this recipe's maxLength. */
  trainingTokensPerEpoch: number
  evaluationTokens: number
  stepsPerEpoch: number
}

/** What a job that trains needs, whatever comes of it. */
export interface TrainingInput {
  material: Material
  recipe: Recipe
  /** Of checkpoints and the best model so far. */
  runFolder: string
  /** From the last checkpoint in the run's folder. */
  resume: boolean
  /** The recipe's step cut or computed otherwise, where memory has no room for its own. */
  step?: Pick<Recipe, 'batchSize' | 'accumulationSteps'> & Partial<Pick<Recipe, 'recomputeLayers'>>
}

/** Data's cost without running a model: padded tokens per epoch and so on. */
export interface DataCost {
  trainingTokensPerEpoch: number
  validationTokens: number
  testTokens: number
  stepsPerEpoch: number
  longestBatchTokens: number
}

/** What frozen outputs of the data are known by: of the model's config.json, and of each split's token ids. */
export type DataHashes = Readonly<Record<SplitName | 'config', string>>

export interface Jobs {
  /** Reads a model folder and checks that Fino can load it (every tensor's name, shape and type). */
  'describe-model': { input: { modelFolder: string }; output: ModelFacts }
  /** With the default options of each strategy, or those chosen for one of them. */
  'describe-strategies': {
    input: { modelFolder: string; problem: Problem; chosen?: Pick<Recipe, 'strategy' | 'options'> }
    output: StrategyDescription[]
  }
  /**
   * Length of every row in tokens, special tokens included, untruncated: its text's, or where an instruction problem is
   * given, that of the filled template with its response.
   */
  'token-lengths': {
    input: { modelFolder: string; rowsFile: string; problem?: Problem }
    output: { id: number; tokens: number }[]
  }
  'data-cost': { input: { material: Material; recipe: Recipe }; output: DataCost & { hashes: DataHashes } }
  probe: { input: { material: Material; recipe: Recipe }; output: ProbeFacts }
  train: {
    input: TrainingInput & {
      /** Where frozen outputs are kept for later runs, too; absent = in this one's memory. */
      keptFolder?: string
    }
    output: TrainOutput
  }
  /**
   * Adapts the model to the texts in the material's rows: learns from `train`, measures on `validation` (and `test`, the same
   * texts) before and after, and writes the new model into `folder`.
   */
  adapt: {
    input: TrainingInput & { folder: string; card: AdaptedCardFacts }
    output: AdaptOutput
  }
  /** `generation` decides how an instruction problem is answered; greedy where it is absent. */
  'predict-texts': {
    input: { trained: Trained; texts: string[]; backend: BackendChoice; generation?: Generation }
    output: Prediction[]
  }
  /** The words and weights of a dictionary run. */
  'read-dictionary': { input: { runFolder: string }; output: Dictionary }
  /** Writes the export in `format` (the strategy's default where absent), reads it back, scores the test split with it. */
  export: {
    input: {
      trained: Extract<Trained, { kind: 'run' }>
      rowsFile: string
      folder: string
      format?: ExportFormat
      card: ModelCardFacts
    }
    output: ExportOutput
  }
  /** Which backends can run here, and how fast (a third of a second each). */
  'measure-backends': { input: { measure: boolean }; output: BackendReport[] }
}
export type JobName = keyof Jobs

export interface TrainOutput {
  result: RunResult
  testRows: ScoredRow[]
  backend: BackendId
  device: string
  versions: Record<string, string>
}

export interface AdaptOutput extends Omit<TrainOutput, 'testRows'> {
  head: 'kept' | 'new'
}

/** What the page of an adapted model says beyond what the worker knows. */
export interface AdaptedCardFacts {
  modelName: string
  baseModelName: string
  /** How the base is called in files that travel. */
  baseReference: string
  sourceName: string
  /** Data sets whose validation and test texts were left out. */
  exceptDatasets: string[]
  texts: AdaptationTexts
  createdAt: string
}

export interface ExportOutput {
  format: ExportFormat
  byteLength: number
  certificate: Certificate
  snippet: string
}

/** What a model card says beyond what the worker knows. */
export interface ModelCardFacts {
  runName: string
  datasetName: string
  datasetRows: number
  splits: { train: number; validation: number; test: number }
  baseModelName: string
  /** How the base is called in files that travel, where a folder of this machine says nothing. */
  baseReference: string
  result: RunResult
  createdAt: string
}

/** Owner to worker. A worker does one job at a time. `stop` = finish early and save; `cancel` = leave without saving. */
export type WorkerRequest =
  | { kind: 'job'; id: number; name: JobName; input: unknown }
  | { kind: 'stop'; id: number }
  | { kind: 'cancel'; id: number }

/** Worker to owner. Progress and points are coalesced to at most ten messages a second. */
export type WorkerMessage =
  | { kind: 'ready' }
  | { kind: 'progress'; id: number; progress: Progress; points: MetricPoint[] }
  | { kind: 'counted'; id: number; done: number; total: number }
  /** A state to go on from lies on the disk. */
  | { kind: 'checkpoint'; id: number; step: number; byteLength: number }
  | { kind: 'finished'; id: number; output: unknown }
  | { kind: 'failed'; id: number; failure: FailureRecord }
