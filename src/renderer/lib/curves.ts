/** Curves of a run: history and live points merged by step, thinned for drawing, smoothed for reading. */
import type { MetricName, MetricPoint } from '../../shared/run'

/** One curve; `steps` rise strictly. */
export interface Curve {
  steps: number[]
  values: number[]
}
export type Curves = Readonly<Partial<Record<MetricName, Curve>>>

/** Adds points to curves; a step that is there already takes the newer value. The curves given stay as they are. */
export function mergePoints(curves: Curves, points: readonly MetricPoint[]): Curves {
  if (points.length === 0) return curves
  const merged: Partial<Record<MetricName, Curve>> = { ...curves }
  for (const name of new Set(points.map((point) => point.name))) {
    merged[name] = mergeCurve(
      merged[name],
      points.filter((point) => point.name === name),
    )
  }
  return merged
}

function mergeCurve(curve: Curve | undefined, points: readonly MetricPoint[]): Curve {
  const last = curve?.steps.at(-1) ?? 0
  const rising = points.every((point, index) => point.step > (index === 0 ? last : (points[index - 1]?.step ?? 0)))
  if (curve !== undefined && rising) {
    return {
      steps: curve.steps.concat(points.map((point) => point.step)),
      values: curve.values.concat(points.map((point) => point.value)),
    }
  }
  const byStep = new Map<number, number>()
  curve?.steps.forEach((step, index) => {
    byStep.set(step, curve.values[index] ?? Number.NaN)
  })
  for (const point of points) byStep.set(point.step, point.value)
  const steps = [...byStep.keys()].sort((left, right) => left - right)
  return { steps, values: steps.map((step) => byStep.get(step) ?? Number.NaN) }
}

/**
 * Largest-triangle-three-buckets (Steinarsson 2013): at most `maximum` points that keep the curve's peaks and valleys,
 * its first and its last point.
 */
export function downsample(curve: Curve, maximum: number): Curve {
  const { steps, values } = curve
  const count = steps.length
  if (count <= maximum || maximum < 3) return curve
  const kept = [0]
  const width = (count - 2) / (maximum - 2)
  for (let bucket = 0; bucket < maximum - 2; bucket++) {
    const from = Math.floor(bucket * width) + 1
    const to = Math.floor((bucket + 1) * width) + 1
    const nextTo = Math.min(Math.floor((bucket + 2) * width) + 1, count)
    const next = mean(curve, to, Math.max(nextTo, to + 1))
    const previous = kept.at(-1) ?? 0
    let chosen = from
    let largest = -1
    for (let index = from; index < to; index++) {
      const area = triangle(at(curve, previous), at(curve, index), next)
      if (area > largest) {
        largest = area
        chosen = index
      }
    }
    kept.push(chosen)
  }
  kept.push(count - 1)
  return { steps: kept.map((index) => steps[index] ?? 0), values: kept.map((index) => values[index] ?? 0) }
}

/** Exponential moving average, corrected for its start so that the first point is the first value. */
export function smooth(curve: Curve, weight: number): Curve {
  let average = 0
  let mass = 0
  const values = curve.values.map((value) => {
    if (!Number.isFinite(value)) return value
    average = weight * average + (1 - weight) * value
    mass = weight * mass + (1 - weight)
    return average / mass
  })
  return { steps: curve.steps, values }
}

interface Place {
  x: number
  y: number
}

function at(curve: Curve, index: number): Place {
  return { x: curve.steps[index] ?? 0, y: curve.values[index] ?? 0 }
}

function mean(curve: Curve, from: number, to: number): Place {
  let x = 0
  let y = 0
  for (let index = from; index < to; index++) {
    x += curve.steps[index] ?? 0
    y += curve.values[index] ?? 0
  }
  return { x: x / (to - from), y: y / (to - from) }
}

function triangle(first: Place, second: Place, third: Place): number {
  return Math.abs((first.x - third.x) * (second.y - first.y) - (first.x - second.x) * (third.y - first.y)) / 2
}
