/** Histograms for the data report; every value is in one bin: [from, to). */
import type { DataReport } from '../../shared/dataset'

type Bins = DataReport['targets']

const mostBins = 20

/** Up to twenty bins of one width over all but the longest hundredth of the lengths, which the last bin takes in. */
export function upToMost(sorted: Float64Array): Bins {
  const maximum = sorted.at(-1)
  if (maximum === undefined) return []
  const usual = quantile(sorted, 0.99)
  const width = Math.max(1, Math.ceil((usual + 1) / mostBins))
  const bins = Array.from({ length: Math.floor(usual / width) + 1 }, (_, index) => ({
    from: index * width,
    to: (index + 1) * width,
    rows: 0,
  }))
  fill(bins, sorted, (length) => Math.floor(length / width))
  const last = bins.at(-1)
  if (last !== undefined) last.to = Math.max(last.to, maximum + 1)
  return bins
}

/**
 * Up to twenty bins over all values, with edges that are round numbers. Whole numbers have bins of whole width; else a
 * largest value that is an edge is in the bin below it.
 */
export function spreadBins(values: readonly number[]): Bins {
  const sorted = Float64Array.from(values).sort()
  const [minimum, maximum] = [sorted[0], sorted.at(-1)]
  if (minimum === undefined || maximum === undefined) return []
  const whole = values.every(Number.isInteger)
  const least = (maximum - minimum) / (mostBins - (whole ? 1 : 0))
  const { steps, unit } = roundWidth(whole ? Math.max(1, least) : least)
  // Edges are whole multiples of the width, divided last: 0.1 * 3 is not 0.3.
  const edge = (index: number) => (unit < 1 ? (index * steps) / Math.round(1 / unit) : index * steps * unit)
  const indexOf = (value: number) => {
    const guess = Math.floor(value / (steps * unit))
    return edge(guess + 1) <= value ? guess + 1 : edge(guess) > value ? guess - 1 : guess
  }
  const first = indexOf(minimum)
  const highest = indexOf(maximum)
  const last = !whole && edge(highest) === maximum && highest > first ? highest - 1 : highest
  const bins = Array.from({ length: last - first + 1 }, (_, index) => ({
    from: edge(first + index),
    to: edge(first + index + 1),
    rows: 0,
  }))
  fill(bins, sorted, (value) => indexOf(value) - first)
  return bins
}

/** The value below which `share` of the sorted values lie (nearest rank). */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

function fill(bins: Bins, values: Float64Array, indexOf: (value: number) => number): void {
  for (const value of values) {
    const bin = bins[Math.min(bins.length - 1, indexOf(value))]
    if (bin !== undefined) bin.rows += 1
  }
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundWidth(least: number): { steps: number; unit: number } {
  if (!(least > 0)) return { steps: 1, unit: 1 }
  const unit = 10 ** Math.floor(Math.log10(least))
  const steps = [1, 2, 5].find((candidate) => candidate * unit >= least * 0.999_999)
  return steps === undefined ? { steps: 1, unit: 10 * unit } : { steps, unit }
}
