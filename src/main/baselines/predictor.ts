/** What decides on a text's category scores: a linear model or trees, behind one interface. */
import { z } from 'zod'
import type { Problem } from '../../shared/problem'
import { fitLinearPredictor, type LinearSolver, linearSchema, openLinearPredictor } from './linear-predictor'
import { fitTreePredictor, openTreePredictor, treesSchema } from './tree-predictor'

export const predictorKinds = ['linear', 'random-forest', 'boosted-trees'] as const
export type PredictorKind = (typeof predictorKinds)[number]

/** Category scores of texts and what the texts should give. */
export interface FeatureTable {
  /** What each column is. */
  readonly names: readonly string[]
  readonly features: Float32Array // [rows, names]
  /** A class id, one 0 or 1 per class, or a standardized number, as the problem's objective has it. */
  readonly answers: readonly Float32Array[]
  /** How much each row counts, with a mean of 1; null = 1 for all. Trees take none. */
  readonly weights: readonly number[] | null
}

export interface Predictor {
  /** Log-probabilities, one logit per class, or standardized numbers: what an objective scores. */
  predict(features: Float32Array): Float32Array // [rows, outputs]
  /** Each feature's share in what is decided; they add up to 1, or are all 0. */
  readonly importances: readonly number[]
  /** What `fino.json` has to say of it, and its files beside that. */
  readonly record: PredictorRecord
  readonly files: Readonly<Record<string, Uint8Array>>
  dispose(): void
}

export const predictorSchema = z.discriminatedUnion('kind', [linearSchema, treesSchema])
export type PredictorRecord = z.infer<typeof predictorSchema>

/** Fits one model after the other and yields after each. */
export async function* fitPredictor(
  kind: PredictorKind,
  problem: Problem,
  table: FeatureTable,
  solver: LinearSolver,
): AsyncGenerator<{ done: number; total: number }, Predictor> {
  if (kind === 'linear') return fitLinearPredictor(problem, table, solver)
  if (table.weights !== null) throw new Error('trees count every text once')
  return yield* fitTreePredictor(kind, problem, table)
}

/** The inverse of `record` and `files`. Throws where they are no predictor. */
export async function openPredictor(
  record: PredictorRecord,
  problem: Problem,
  names: readonly string[],
  { read, solver }: { read(name: string): Promise<Uint8Array>; solver: LinearSolver },
): Promise<Predictor> {
  if (record.kind === 'linear') return openLinearPredictor(record, solver)
  return await openTreePredictor(record, problem, names, read)
}
