/**
 * Linear models with an L2 penalty, fitted to the optimum: what the feature-based strategy puts on frozen features.
 * Multinomial logistic regression, one logistic regression per class, or ridge regression.
 */
import { type Evaluated, minimize } from './minimize'

/** softmax = one class of several; sigmoid = each class by itself; identity = numbers. */
export type Link = 'softmax' | 'sigmoid' | 'identity'

export interface LinearData {
  readonly features: Float32Array // [examples, width]
  readonly targets: Float32Array // [examples, outputs]: 0 and 1, or numbers
  /** How much each example's loss counts, with a mean of 1; null = 1 for all. */
  readonly weights: readonly number[] | null
  readonly width: number
  readonly outputs: number
  readonly link: Link
}

/** Weights for features as they come: the standardization used while fitting is folded in. */
export interface LinearModel {
  readonly weight: Float32Array // [width, outputs]
  readonly bias: Float32Array // [outputs]
}

export interface FitIteration {
  readonly iteration: number
  /** Mean loss with the penalty. */
  readonly loss: number
  readonly gradientNorm: number
}

/**
 * Minimizes mean loss + |W|^2 / (2 * strength * examples) over standardized features, where a row's loss is its
 * cross-entropy (scikit-learn's LogisticRegression with C = strength), or half its squared error (Ridge with
 * alpha = 1 / strength), times its weight (`sample_weight`). Starts from `start` (a former result's `solution`) where given.
 */
export function* fitLinearModel(
  data: LinearData,
  options: { strength: number; maximumIterations: number; start?: Float64Array },
): Generator<FitIteration, { model: LinearModel; solution: Float64Array }> {
  const { mean, scale } = moments(data)
  const objective = createObjective(data, standardize(data, mean, scale), options.strength)
  const start = options.start?.slice() ?? new Float64Array((data.width + 1) * data.outputs)
  const work = minimize(objective, start, options.maximumIterations)
  let next = work.next()
  while (!next.done) {
    const { iteration, value, gradientNorm } = next.value
    yield { iteration, loss: value, gradientNorm }
    next = work.next()
  }
  return { model: unstandardize(next.value, data, mean, scale), solution: next.value }
}

/** What the model says before its link, [examples, outputs]. */
export function applyLinearModel({ weight, bias }: LinearModel, features: Float32Array): Float32Array {
  const outputs = bias.length
  const width = weight.length / outputs
  const answers = new Float32Array((features.length / width) * outputs)
  for (let at = 0; at < answers.length; at++) {
    const output = at % outputs
    const from = ((at - output) / outputs) * width
    let sum = bias[output] as number
    for (let column = 0; column < width; column++) {
      sum += (features[from + column] as number) * (weight[column * outputs + output] as number)
    }
    answers[at] = sum
  }
  return answers
}

/** The point's layout: weights [width, outputs], then bias [outputs], which is not penalized. */
function createObjective(
  { targets, weights, width, outputs, link }: LinearData,
  features: Float64Array,
  strength: number,
) {
  const examples = targets.length / outputs
  const penalty = 1 / (strength * examples)
  const lossOf = losses[link]
  return (point: Float64Array): Evaluated => {
    const gradient = new Float64Array(point.length)
    const answer = new Float64Array(outputs)
    let value = 0
    for (let row = 0; row < examples; row++) {
      for (let output = 0; output < outputs; output++) answer[output] = point[width * outputs + output] as number
      for (let column = 0, at = 0; column < width; column++) {
        const feature = features[row * width + column] as number
        for (let output = 0; output < outputs; output++, at++) {
          answer[output] = (answer[output] as number) + feature * (point[at] as number)
        }
      }
      const share = (weights?.[row] ?? 1) / examples
      value += lossOf(answer, targets.subarray(row * outputs, (row + 1) * outputs)) * share
      for (let output = 0; output < outputs; output++) {
        answer[output] = (answer[output] as number) * share
        gradient[width * outputs + output] = (gradient[width * outputs + output] as number) + (answer[output] as number)
      }
      for (let column = 0, at = 0; column < width; column++) {
        const feature = features[row * width + column] as number
        for (let output = 0; output < outputs; output++, at++) {
          gradient[at] = (gradient[at] as number) + feature * (answer[output] as number)
        }
      }
    }
    for (let at = 0; at < width * outputs; at++) {
      const weight = point[at] as number
      value += (penalty / 2) * weight * weight
      gradient[at] = (gradient[at] as number) + penalty * weight
    }
    return { value, gradient }
  }
}

/** A row's loss; leaves its gradient, expected minus target in every case, in place of the answer. */
type RowLoss = (answer: Float64Array, target: Float32Array) => number

const losses: Readonly<Record<Link, RowLoss>> = {
  softmax(answer, target) {
    const largest = answer.reduce((left, right) => Math.max(left, right), Number.NEGATIVE_INFINITY)
    const logTotal = Math.log(answer.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) + largest
    return replace(answer, target, (logit, hot) => [hot * (logTotal - logit), Math.exp(logit - logTotal)])
  },
  sigmoid: (answer, target) =>
    replace(answer, target, (logit, hot) => [
      Math.max(logit, 0) - logit * hot + Math.log1p(Math.exp(-Math.abs(logit))),
      1 / (1 + Math.exp(-logit)),
    ]),
  identity: (answer, target) => replace(answer, target, (value, wanted) => [(value - wanted) ** 2 / 2, value]),
}

function replace(
  answer: Float64Array,
  target: Float32Array,
  judge: (answer: number, target: number) => [loss: number, expected: number],
): number {
  let total = 0
  for (let output = 0; output < answer.length; output++) {
    const wanted = target[output] as number
    const [loss, expected] = judge(answer[output] as number, wanted)
    total += loss
    answer[output] = expected - wanted
  }
  return total
}

function moments({ features, width }: LinearData): { mean: Float64Array; scale: Float64Array } {
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
  { features, width }: Pick<LinearData, 'features' | 'width'>,
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
  { width, outputs }: LinearData,
  mean: Float64Array,
  scale: Float64Array,
): LinearModel {
  const weight = new Float32Array(width * outputs)
  const bias = new Float32Array(outputs)
  for (let output = 0; output < outputs; output++) {
    let shift = point[width * outputs + output] as number
    for (let column = 0; column < width; column++) {
      const value = (point[column * outputs + output] as number) / (scale[column] as number)
      weight[column * outputs + output] = value
      shift -= value * (mean[column] as number)
    }
    bias[output] = shift
  }
  return { weight, bias }
}
