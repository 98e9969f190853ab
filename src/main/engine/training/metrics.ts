/** Classification scores from logits, as scikit-learn computes them (zero_division = 0). */
import type { ClassificationMetrics, Metrics } from '../../../shared/result'

type ClassScore = ClassificationMetrics['perClass'][number]

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
    const own = logits.subarray(row * classes, (row + 1) * classes)
    const predicted = argmax(own)
    const counts = confusion[target]
    if (!counts) throw new Error(`class ${target} of ${classes}`)
    counts[predicted] = (counts[predicted] ?? 0) + 1
    loss -= logProbability(own, target)
  }
  return { ...scoreConfusion(confusion, labels), loss: ratio(loss, targets.length) }
}

/** Accuracy, macro-F1 (averaged over every class, also one that never occurs) and per-class scores. */
export function scoreConfusion(confusion: number[][], labels: readonly string[]): Omit<ClassificationMetrics, 'loss'> {
  const at = (row: number, column: number) => confusion[row]?.[column] ?? 0
  const indices = labels.map((_, index) => index)
  const total = (count: (index: number) => number) => indices.reduce((sum, index) => sum + count(index), 0)
  const perClass = labels.map((label, index) =>
    scoreClass(label, {
      right: at(index, index),
      given: total((row) => at(row, index)),
      there: total((column) => at(index, column)),
    }),
  )
  const examples = perClass.reduce((sum, { support }) => sum + support, 0)
  return {
    kind: 'single-label',
    accuracy: ratio(
      total((index) => at(index, index)),
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

/** From how often a class was rightly given, given, and there to be given. */
export function scoreClass(
  label: string,
  { right, given, there }: { right: number; given: number; there: number },
): ClassScore {
  const precision = ratio(right, given)
  const recall = ratio(right, there)
  return { label, precision, recall, f1: ratio(2 * precision * recall, precision + recall), support: there }
}

/**
 * What an evaluation is chosen by, more important first, each the higher the better: macro-F1 (a rare class counts as
 * much as a common one), micro-F1 over sets of classes, the loss where that is the score.
 */
export function meritsOf(metrics: Metrics): readonly number[] {
  switch (metrics.kind) {
    case 'single-label':
      return [metrics.macroF1, -metrics.loss]
    case 'multi-label':
      return [metrics.microF1, -metrics.loss]
    case 'regression':
    case 'instruction':
    case 'language':
      return [-metrics.loss]
    default:
      return metrics satisfies never
  }
}

export function softmax(logits: Float32Array): number[] {
  const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest))
  const total = exponentials.reduce((sum, value) => sum + value, 0)
  return exponentials.map((value) => value / total)
}

export function logProbability(logits: Float32Array, index: number): number {
  const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
  return (logits[index] ?? Number.NaN) - largest - Math.log(total)
}

/** The first of the largest. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let index = 1; index < values.length; index++) {
    if ((values[index] as number) > (values[best] as number)) best = index
  }
  return best
}

/** 0 where the whole is 0. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
