/**
 * Multinomial logistic regression with an L2 penalty, fitted to the optimum by L-BFGS (Liu and Nocedal 1989) in
 * double precision: the classifier of the feature-based strategy.
 */

export interface LogisticData {
  readonly features: Float32Array // [examples, width]
  readonly targets: readonly number[] // class id of each example
  readonly width: number
  readonly classes: number
}

/** Weights for features as they come: the standardization used while fitting is folded in. */
export interface LogisticRegression {
  readonly weight: Float32Array // [width, classes]
  readonly bias: Float32Array // [classes]
}

export interface LogisticIteration {
  readonly iteration: number
  /** Mean cross-entropy with the penalty. */
  readonly loss: number
  readonly gradientNorm: number
}

const memory = 10
const gradientTolerance = 1e-5

/**
 * Minimizes mean cross-entropy + |W|^2 / (2 * strength * examples) over standardized features: scikit-learn's
 * objective with C = strength. Starts from `start` (a former result's `solution`) where given.
 */
export function* fitLogisticRegression(
  data: LogisticData,
  options: { strength: number; maximumIterations: number; start?: Float64Array },
): Generator<LogisticIteration, { model: LogisticRegression; solution: Float64Array }> {
  const { mean, scale } = moments(data)
  const standardized = standardize(data, mean, scale)
  const objective = createObjective(data, standardized, options.strength)
  let point: Float64Array = options.start?.slice() ?? new Float64Array((data.width + 1) * data.classes)
  let { value, gradient } = objective(point)
  const pairs: { step: Float64Array; change: Float64Array; curvature: number }[] = []
  for (let iteration = 1; iteration <= options.maximumIterations; iteration++) {
    const gradientNorm = Math.sqrt(dot(gradient, gradient))
    yield { iteration, loss: value, gradientNorm }
    if (gradientNorm < gradientTolerance) break
    const direction = descend(gradient, pairs)
    const slope = dot(direction, gradient)
    let length = pairs.length === 0 ? Math.min(1, 1 / gradientNorm) : 1
    let next = move(point, direction, length)
    let evaluated = objective(next)
    while (evaluated.value > value + 1e-4 * length * slope && length > 1e-10) {
      length /= 2
      next = move(point, direction, length)
      evaluated = objective(next)
    }
    if (length <= 1e-10) break // no smaller value can be told apart in double precision
    const step = move(next, point, -1)
    const change = move(evaluated.gradient, gradient, -1)
    const curvature = dot(step, change)
    if (curvature > 0) pairs.push({ step, change, curvature })
    if (pairs.length > memory) pairs.shift()
    point = next
    value = evaluated.value
    gradient = evaluated.gradient
  }
  return { model: unstandardize(point, data, mean, scale), solution: point }
}

/** [examples, classes] */
export function applyLogisticRegression({ weight, bias }: LogisticRegression, features: Float32Array): Float32Array {
  const classes = bias.length
  const width = weight.length / classes
  const logits = new Float32Array((features.length / width) * classes)
  for (let at = 0; at < logits.length; at++) {
    const label = at % classes
    const from = ((at - label) / classes) * width
    let sum = bias[label] as number
    for (let column = 0; column < width; column++) {
      sum += (features[from + column] as number) * (weight[column * classes + label] as number)
    }
    logits[at] = sum
  }
  return logits
}

/** The point's layout: weights [width, classes], then bias [classes], which is not penalized. */
function createObjective({ targets, width, classes }: LogisticData, features: Float64Array, strength: number) {
  const examples = targets.length
  const penalty = 1 / (strength * examples)
  return (point: Float64Array): { value: number; gradient: Float64Array } => {
    const gradient = new Float64Array(point.length)
    const logits = new Float64Array(classes)
    let value = 0
    for (let row = 0; row < examples; row++) {
      for (let label = 0; label < classes; label++) logits[label] = point[width * classes + label] as number
      for (let column = 0, at = 0; column < width; column++) {
        const feature = features[row * width + column] as number
        for (let label = 0; label < classes; label++, at++) {
          logits[label] = (logits[label] as number) + feature * (point[at] as number)
        }
      }
      const largest = logits.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
      let total = 0
      for (let label = 0; label < classes; label++) total += Math.exp((logits[label] as number) - largest)
      const target = targets[row] as number
      value += (Math.log(total) + largest - (logits[target] as number)) / examples
      for (let label = 0; label < classes; label++) {
        const probability = Math.exp((logits[label] as number) - largest) / total
        logits[label] = (probability - (label === target ? 1 : 0)) / examples
        gradient[width * classes + label] = (gradient[width * classes + label] as number) + (logits[label] as number)
      }
      for (let column = 0, at = 0; column < width; column++) {
        const feature = features[row * width + column] as number
        for (let label = 0; label < classes; label++, at++) {
          gradient[at] = (gradient[at] as number) + feature * (logits[label] as number)
        }
      }
    }
    for (let at = 0; at < width * classes; at++) {
      const weight = point[at] as number
      value += (penalty / 2) * weight * weight
      gradient[at] = (gradient[at] as number) + penalty * weight
    }
    return { value, gradient }
  }
}

/** The two-loop recursion: minus the inverse Hessian's estimate times the gradient. */
function descend(
  gradient: Float64Array,
  pairs: readonly { step: Float64Array; change: Float64Array; curvature: number }[],
): Float64Array {
  const direction = gradient.map((value) => -value)
  const coefficients = pairs.map(() => 0)
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change, curvature } = pairs[index] as (typeof pairs)[number]
    coefficients[index] = dot(step, direction) / curvature
    addScaled(direction, change, -(coefficients[index] as number))
  }
  const newest = pairs.at(-1)
  if (newest) {
    const scale = newest.curvature / dot(newest.change, newest.change)
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] as number) * scale
  }
  for (const [index, { step, change, curvature }] of pairs.entries()) {
    addScaled(direction, step, (coefficients[index] as number) - dot(change, direction) / curvature)
  }
  return direction
}

function moments({ features, width }: LogisticData): { mean: Float64Array; scale: Float64Array } {
  const examples = features.length / width
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  features.forEach((value, at) => {
    mean[at % width] = (mean[at % width] as number) + value / examples
  })
  features.forEach((value, at) => {
    deviation[at % width] = (deviation[at % width] as number) + (value - (mean[at % width] as number)) ** 2 / examples
  })
  return { mean, scale: deviation.map((variance) => (variance > 1e-12 ? Math.sqrt(variance) : 1)) }
}

function standardize(
  { features, width }: Pick<LogisticData, 'features' | 'width'>,
  mean: Float64Array,
  scale: Float64Array,
): Float64Array {
  return Float64Array.from(
    features,
    (value, at) => (value - (mean[at % width] as number)) / (scale[at % width] as number),
  )
}

function unstandardize(
  point: Float64Array,
  { width, classes }: LogisticData,
  mean: Float64Array,
  scale: Float64Array,
): LogisticRegression {
  const weight = new Float32Array(width * classes)
  const bias = new Float32Array(classes)
  for (let label = 0; label < classes; label++) {
    let shift = point[width * classes + label] as number
    for (let column = 0; column < width; column++) {
      const value = (point[column * classes + label] as number) / (scale[column] as number)
      weight[column * classes + label] = value
      shift -= value * (mean[column] as number)
    }
    bias[label] = shift
  }
  return { weight, bias }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += (left[at] as number) * (right[at] as number)
  return sum
}

function move(from: Float64Array, direction: Float64Array, length: number): Float64Array {
  return from.map((value, at) => value + length * (direction[at] as number))
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) {
    target[at] = (target[at] as number) + factor * (source[at] as number)
  }
}
