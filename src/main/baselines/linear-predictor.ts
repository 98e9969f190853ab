/** Ridge, logistic or multinomial logistic regression on category scores. */
import { z } from 'zod'
import type { Problem } from '../../shared/problem'
import type { FeatureTable, Predictor } from './predictor'

export const linearSchema = z.object({
  kind: z.literal('linear'),
  weight: z.array(z.number()), // [features, outputs]
  bias: z.array(z.number()), // [outputs]
  importances: z.array(z.number()),
})

interface LinearModel {
  readonly weight: Float32Array // [features, outputs]
  readonly bias: Float32Array // [outputs]
}

/** The engine's solver of linear models, which baselines do not know themselves. */
export interface LinearSolver {
  fit(problem: Problem, table: Pick<FeatureTable, 'features' | 'answers' | 'weights'>): LinearModel
  apply(model: LinearModel, features: Float32Array): Float32Array
}

export function fitLinearPredictor(problem: Problem, table: FeatureTable, solver: LinearSolver): Predictor {
  const { names, features } = table
  const { weight, bias } = solver.fit(problem, table)
  const importances = shares(
    names.map((_, column) => movement(features, names.length, column) * reach(weight, bias.length, column)),
  )
  const record = { kind: 'linear' as const, weight: Array.from(weight), bias: Array.from(bias), importances }
  return openLinearPredictor(record, solver)
}

export function openLinearPredictor(record: z.infer<typeof linearSchema>, solver: LinearSolver): Predictor {
  const model = { weight: Float32Array.from(record.weight), bias: Float32Array.from(record.bias) }
  return {
    predict: (features) => solver.apply(model, features),
    importances: record.importances,
    record,
    files: {},
    dispose: () => {},
  }
}

/** A feature's standard deviation. */
function movement(features: Float32Array, width: number, column: number): number {
  const values = features.filter((_, at) => at % width === column)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** How much a feature's weights add up to, whatever their signs. */
function reach(weight: Float32Array, outputs: number, column: number): number {
  return weight.subarray(column * outputs, (column + 1) * outputs).reduce((sum, value) => sum + Math.abs(value), 0)
}

export function shares(sizes: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return sizes.map((size) => (total > 0 ? size / total : 0))
}
