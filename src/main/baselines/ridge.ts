/**
 * Ridge regression (Hoerl and Kennard 1970) on sparse rows: its one optimum, found by conjugate gradients
 * (Hestenes and Stiefel 1952) on the normal equations of the centred columns, which are never written down.
 */
import { columnMoments, multiply, multiplyTransposed, type SparseRows } from './sparse-rows'

export interface Ridge {
  readonly weights: Float64Array // [width]
  readonly bias: number
}

const maximumIterations = 500

/**
 * Minimizes |targets - X w - bias|^2 + penalty * |w|^2; the bias is not penalized. scikit-learn's `Ridge`.
 * @param start weights to start from, such as those for another penalty
 * @param tolerance largest gradient left, as a share of the gradient at zero
 */
export function fitRidge(
  table: SparseRows,
  targets: Float64Array, // [rows]
  { penalty, start, tolerance = 1e-4 }: { penalty: number; start?: Float64Array | undefined; tolerance?: number },
): Ridge {
  const { mean } = columnMoments(table)
  const centre = targets.reduce((sum, target) => sum + target, 0) / targets.length
  const apply = (vector: Float64Array): Float64Array => {
    const shift = dot(mean, vector)
    const product = transposed(multiply(table, vector).map((value) => value - shift))
    return product.map((value, column) => value + penalty * (vector[column] as number))
  }
  const transposed = (rows: Float64Array): Float64Array => {
    const total = rows.reduce((sum, value) => sum + value, 0)
    return multiplyTransposed(table, rows).map((value, column) => value - total * (mean[column] as number))
  }

  const wanted = transposed(targets.map((target) => target - centre))
  const weights = start?.slice() ?? new Float64Array(table.width)
  const residual = wanted.slice()
  if (start) addScaled(residual, apply(weights), -1)
  const direction = residual.slice()
  let square = dot(residual, residual)
  const enough = tolerance * tolerance * dot(wanted, wanted)
  for (let iteration = 0; iteration < maximumIterations && square > enough; iteration++) {
    const image = apply(direction)
    const length = square / dot(direction, image)
    addScaled(weights, direction, length)
    addScaled(residual, image, -length)
    const next = dot(residual, residual)
    const factor = next / square
    for (let at = 0; at < direction.length; at++) {
      direction[at] = (residual[at] as number) + factor * (direction[at] as number)
    }
    square = next
  }
  return { weights, bias: centre - dot(mean, weights) }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += (left[at] as number) * (right[at] as number)
  return sum
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) {
    target[at] = (target[at] as number) + factor * (source[at] as number)
  }
}
