/** A feature-based model as one JSON file: which base, how its output is pooled, and a linear map. */
import { Failure } from '../../../shared/failure'
import { outputsOf, type Problem, problemSchema } from '../../../shared/problem'
import { type Pooling, poolings } from '../strategies/feature-based'
import type { FloatArray } from './arrays'

export const featuresFile = 'classifier.json'

export interface FeatureModel {
  readonly encoder: { readonly name: string; readonly sha256: string }
  readonly pooling: Pooling
  /** Longest input in tokens. */
  readonly maxLength: number
  readonly problem: Problem
  /** Engine layout, [width, outputs]; the standardization used while fitting is folded in. */
  readonly weight: FloatArray
  readonly bias: FloatArray // [outputs]
}

/** `coefficients` are [outputs][width], as scikit-learn's coef_; numbers are float32, written so that they read back exactly. */
export function toFeatures({ encoder, pooling, maxLength, problem, weight, bias }: FeatureModel) {
  const [width = 0, outputs = 0] = weight.shape
  const coefficients = Array.from({ length: outputs }, (_, output) =>
    Array.from({ length: width }, (_, column) => weight.data[column * outputs + output] as number),
  )
  return {
    format: 'fino-features',
    version: 2,
    encoder,
    pooling,
    maxLength,
    problem,
    coefficients,
    intercepts: [...bias.data],
  }
}

/** The inverse of `toFeatures`; the first version's `labels` are read too. Throws `model-malformed`. */
export function fromFeatures(json: Readonly<Record<string, unknown>>): FeatureModel {
  const { format, encoder, maxLength, labels, coefficients, intercepts } = json
  const named = Object(encoder) as Record<string, unknown>
  const problem = problemSchema.safeParse(json.problem ?? { kind: 'single-label', labels }).data
  const outputs = problem ? outputsOf(problem) : null
  const pooling = poolings.find((known) => known === json.pooling)
  const rows = Array.isArray(coefficients) ? (coefficients as unknown[]) : []
  const width = Array.isArray(rows[0]) ? rows[0].length : 0
  const sound =
    format === 'fino-features' &&
    typeof named.name === 'string' &&
    typeof named.sha256 === 'string' &&
    typeof maxLength === 'number' &&
    outputs !== null &&
    isNumbers(intercepts, outputs) &&
    width > 0 &&
    rows.length === outputs &&
    rows.every((row) => isNumbers(row, width))
  if (!sound || !problem || !pooling)
    throw new Failure('model-malformed', `${featuresFile} is not a complete feature-based model. Export it again.`)
  const weight = new Float32Array(width * outputs)
  for (const [output, row] of (rows as number[][]).entries())
    for (const [column, value] of row.entries()) weight[column * outputs + output] = value
  return {
    encoder: { name: String(named.name), sha256: String(named.sha256) },
    pooling,
    maxLength,
    problem,
    weight: { shape: [width, outputs], data: weight },
    bias: { shape: [outputs], data: Float32Array.from(intercepts as number[]) },
  }
}

function isNumbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((item) => Number.isFinite(item))
}
