/** Ridge, logistic or multinomial logistic regression on category scores. */
import { z } from 'zod'
import { outputsOf, type Problem } from '../../shared/problem'
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
  fit(data: {
    readonly features: Float32Array
    readonly targets: Float32Array // [rows, outputs]
    readonly width: number
    readonly outputs: number
    readonly link: 'softmax' | 'sigmoid' | 'identity'
  }): LinearModel
  apply(model: LinearModel, features: Float32Array): Float32Array
}

export function fitLinearPredictor(problem: Problem, table: FeatureTable, solver: LinearSolver): Predictor {
  const { names, features, answers } = table
  const outputs = outputsOf(problem) ?? 0
  const targets = new Float32Array(answers.length * outputs)
  for (const [row, answer] of answers.entries()) {
    if (problem.kind === 'single-label') targets[row * outputs + (answer[0] as number)] = 1
    else targets.set(answer, row * outputs)
  }
  const link = ({ 'single-label': 'softmax', 'multi-label': 'sigmoid', regression: 'identity' } as const)[
    problem.kind as Exclude<Problem['kind'], 'instruction'>
  ]
  const { weight, bias } = solver.fit({ features, targets, width: names.length, outputs, link })
  const importances = shares(
    names.map((_, column) => movement(features, names.length, column) * reach(weight, outputs, column)),
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
