/** Classification scores from logits, as scikit-learn computes them (zero_division = 0). */
import type { ClassificationMetrics, Prediction } from '../../../shared/result'

/**
 * @param logits [examples * classes], row after row
 * @param targets class id of each example
 */
export function scoreLogits(
  logits: Float32Array,
  targets: readonly number[],
  labels: readonly string[],
): ClassificationMetrics {
  const classes = labels.length
  if (logits.length !== targets.length * classes) {
    throw new Error(`need ${targets.length} x ${classes} logits, have ${logits.length}`)
  }
  const confusion = labels.map(() => new Array<number>(classes).fill(0))
  let loss = 0
  for (const [row, target] of targets.entries()) {
    const probabilities = softmax(logits.subarray(row * classes, (row + 1) * classes))
    const predicted = argmax(probabilities)
    const counts = confusion[target]
    if (!counts) throw new Error(`class ${target} of ${classes}`)
    counts[predicted] = (counts[predicted] ?? 0) + 1
    loss -= logProbability(logits.subarray(row * classes, (row + 1) * classes), target)
  }
  return { ...scoreConfusion(confusion, labels), loss: targets.length === 0 ? 0 : loss / targets.length }
}

/** Accuracy, macro-F1 (averaged over every class, also one that never occurs) and per-class scores. */
export function scoreConfusion(confusion: number[][], labels: readonly string[]): Omit<ClassificationMetrics, 'loss'> {
  const at = (row: number, column: number) => confusion[row]?.[column] ?? 0
  const indices = labels.map((_, index) => index)
  const examples = indices.reduce((sum, row) => sum + indices.reduce((inner, column) => inner + at(row, column), 0), 0)
  const perClass = labels.map((label, index) => {
    const support = indices.reduce((sum, column) => sum + at(index, column), 0)
    const predicted = indices.reduce((sum, row) => sum + at(row, index), 0)
    const precision = ratio(at(index, index), predicted)
    const recall = ratio(at(index, index), support)
    return { label, precision, recall, f1: ratio(2 * precision * recall, precision + recall), support }
  })
  return {
    accuracy: ratio(
      indices.reduce((sum, index) => sum + at(index, index), 0),
      examples,
    ),
    macroF1: ratio(
      perClass.reduce((sum, { f1 }) => sum + f1, 0),
      labels.length,
    ),
    examples,
    perClass,
    confusion,
  }
}

/** One prediction per row of logits. */
export function toPredictions(logits: Float32Array, labels: readonly string[]): Prediction[] {
  const classes = labels.length
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const probabilities = softmax(logits.subarray(row * classes, (row + 1) * classes))
    return { label: labels[argmax(probabilities)] ?? '', probabilities }
  })
}

function softmax(logits: Float32Array): number[] {
  const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest))
  const total = exponentials.reduce((sum, value) => sum + value, 0)
  return exponentials.map((value) => value / total)
}

function logProbability(logits: Float32Array, index: number): number {
  const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
  return (logits[index] ?? Number.NaN) - largest - Math.log(total)
}

function argmax(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? Number.NEGATIVE_INFINITY) ? index : best), 0)
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
