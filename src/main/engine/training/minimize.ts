/** Minimizes a smooth function by L-BFGS (Liu and Nocedal 1989) in double precision. */

export type Evaluated = { readonly value: number; readonly gradient: Float64Array }

export interface Iteration {
  readonly iteration: number
  readonly value: number
  readonly gradientNorm: number
}

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly curvature: number
}

const memory = 10
const gradientTolerance = 1e-5

/** Yields before each iteration; returns the point it ends at. */
export function* minimize(
  objective: (point: Float64Array) => Evaluated,
  start: Float64Array,
  maximumIterations: number,
): Generator<Iteration, Float64Array> {
  let point = start
  let { value, gradient } = objective(point)
  const pairs: Pair[] = []
  for (let iteration = 1; iteration <= maximumIterations; iteration++) {
    const gradientNorm = Math.sqrt(dot(gradient, gradient))
    yield { iteration, value, gradientNorm }
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
  return point
}

/** The two-loop recursion: minus the inverse Hessian's estimate times the gradient. */
function descend(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value)
  const coefficients = pairs.map(() => 0)
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change, curvature } = pairs[index] as Pair
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
