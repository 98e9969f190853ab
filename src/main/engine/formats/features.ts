/** A feature-based classifier as one JSON file: which encoder, how its output is pooled, and a linear map. */
import { Failure } from '../../../shared/failure'
import type { Pooling } from '../strategies/feature-based'
import type { FloatArray } from './arrays'

export const featuresFile = 'classifier.json'

export interface FeatureClassifier {
  readonly encoder: { readonly name: string; readonly sha256: string }
  readonly pooling: Pooling
  /** Longest input in tokens. */
  readonly maxLength: number
  readonly labels: readonly string[]
  /** Engine layout, [width, classes]; the standardization used while fitting is folded in. */
  readonly weight: FloatArray
  readonly bias: FloatArray // [classes]
}

/** `coefficients` are [classes][width], as scikit-learn's coef_; numbers are float32, written so that they read back exactly. */
export function toFeatures({ encoder, pooling, maxLength, labels, weight, bias }: FeatureClassifier) {
  const [width = 0, classes = 0] = weight.shape
  const coefficients = Array.from({ length: classes }, (_, label) =>
    Array.from({ length: width }, (_, column) => weight.data[column * classes + label] as number),
  )
  return {
    format: 'fino-features',
    version: 1,
    encoder,
    pooling,
    maxLength,
    labels,
    coefficients,
    intercepts: [...bias.data],
  }
}

/** The inverse of `toFeatures`. Throws `model-malformed`. */
export function fromFeatures(json: Readonly<Record<string, unknown>>): FeatureClassifier {
  const { format, encoder, pooling, maxLength, labels, coefficients, intercepts } = json
  const named = Object(encoder) as Record<string, unknown>
  const rows = Array.isArray(coefficients) ? (coefficients as unknown[]) : []
  const width = Array.isArray(rows[0]) ? rows[0].length : 0
  const sound =
    format === 'fino-features' &&
    typeof named.name === 'string' &&
    typeof named.sha256 === 'string' &&
    (pooling === 'mean' || pooling === 'cls') &&
    typeof maxLength === 'number' &&
    Array.isArray(labels) &&
    isNumbers(intercepts, labels.length) &&
    width > 0 &&
    rows.length === labels.length &&
    rows.every((row) => isNumbers(row, width))
  if (!sound)
    throw new Failure('model-malformed', `${featuresFile} is not a complete feature-based classifier. Export it again.`)
  const classes = labels.length
  const weight = new Float32Array(width * classes)
  for (const [label, row] of (rows as number[][]).entries())
    for (const [column, value] of row.entries()) weight[column * classes + label] = value
  return {
    encoder: { name: String(named.name), sha256: String(named.sha256) },
    pooling,
    maxLength,
    labels: labels.map(String),
    weight: { shape: [width, classes], data: weight },
    bias: { shape: [classes], data: Float32Array.from(intercepts as number[]) },
  }
}

function isNumbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((item) => Number.isFinite(item))
}
