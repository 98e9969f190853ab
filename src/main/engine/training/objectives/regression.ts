/** A number: squared error of the standardized target, reported in the target's own units. */
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core'
import { Failure } from '../../../../shared/failure'
import type { RegressionMetrics } from '../../../../shared/result'
import { type Example, encodeTexts } from '../../data/encode'
import { meanSquaredError } from '../losses'
import { ratio } from '../metrics'
import type { Objective } from './objective'

/** @param scale mean and standard deviation of the training split's targets, in their own units */
export function regression(scale: { readonly mean: number; readonly deviation: number }): Objective {
  const own = (standardized: number) => standardized * scale.deviation + scale.mean

  function targetOf({ target }: { target: string }): Float32Array {
    const value = target.trim() === '' ? Number.NaN : Number(target)
    if (!Number.isFinite(value)) throw notANumber(target)
    return Float32Array.of((value - scale.mean) / scale.deviation)
  }

  const losses: Objective['losses'] = (measured, examples) =>
    examples.map((example, row) => ((measured[row] as number) - numberOf(example)) ** 2)

  function score(measured: Float32Array, examples: readonly Example[]): RegressionMetrics {
    const loss = mean(losses(measured, examples))
    const values = Array.from(measured.subarray(0, examples.length), own)
    return { ...scoreNumbers(values, examples.map(numberOf).map(own)), loss }
  }

  return {
    encode: (tokenizer, texts, maxLength) => encodeTexts(tokenizer, texts, { maxLength, targetOf }),
    weightOf: () => 1,
    loss: ({ examples, logits }) =>
      meanSquaredError(logits() as Tensor2D, tensor2d(examples.map(numberOf), [examples.length, 1])),
    measure: ({ logits }) => logits() as Tensor2D,
    score,
    losses,
    predict: (measured) => Array.from(measured, (value) => ({ kind: 'regression', value: own(value) })),
    /** Always the training split's mean, which is 0 where the target is standardized. */
    naive: (_, tested) => score(new Float32Array(tested.length), tested),
  }
}

/** R2 as scikit-learn: where the targets do not vary, 1 for what is exact and 0 for all else. */
export function scoreNumbers(values: readonly number[], targets: readonly number[]): Omit<RegressionMetrics, 'loss'> {
  const errors = values.map((value, row) => value - (targets[row] as number))
  const squared = sum(errors.map((error) => error ** 2))
  const spread = sum(away(targets).map((distance) => distance ** 2))
  return {
    kind: 'regression',
    r2: spread > 0 ? 1 - squared / spread : squared === 0 ? 1 : 0,
    meanSquaredError: ratio(squared, values.length),
    meanAbsoluteError: mean(errors.map(Math.abs)),
    correlation: correlate(values, targets),
    examples: values.length,
  }
}

function correlate(left: readonly number[], right: readonly number[]): number {
  const [x, y] = [away(left), away(right)]
  const squares = (values: readonly number[]) => sum(values.map((value) => value ** 2))
  return ratio(sum(x.map((value, row) => value * (y[row] as number))), Math.sqrt(squares(x) * squares(y)))
}

function away(values: readonly number[]): number[] {
  const centre = mean(values)
  return values.map((value) => value - centre)
}

function mean(values: readonly number[]): number {
  return ratio(sum(values), values.length)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function numberOf({ target }: Example): number {
  return target[0] as number
}

function notANumber(target: string): Failure {
  return new Failure(
    'dataset-malformed',
    `A row has the target "${target}", which is no number. Import the data again.`,
    {
      target,
    },
  )
}
