/** Round numbers for axes and bins. */

/** A step of 1, 2 or 5 times a power of ten that divides `span` into about `count` parts. */
function roundStep(span: number, count: number): number {
  if (!(span > 0)) return 1
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const scaled = raw / power
  return (scaled <= 1.5 ? 1 : scaled <= 3.5 ? 2 : scaled <= 7.5 ? 5 : 10) * power
}

/** Round values from at or below `minimum` to at or above `maximum`. */
export function roundTicks(minimum: number, maximum: number, count: number): number[] {
  const step = roundStep(maximum - minimum, count)
  const first = Math.floor(minimum / step)
  const last = Math.max(first + 1, Math.ceil(maximum / step))
  return Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step))
}

export interface Bin {
  from: number
  to: number
  rows: number
}

/** How many values fall between round borders, `from` included and `to` not, except for the last. */
export function binsOf(values: readonly number[], count: number): Bin[] {
  if (values.length === 0) return []
  const borders = roundTicks(Math.min(...values), Math.max(...values), count)
  const bins = borders.slice(1).map((to, index): Bin => ({ from: borders[index] ?? to, to, rows: 0 }))
  const first = bins[0]
  if (first === undefined) return []
  for (const value of values) {
    const index = Math.floor((value - first.from) / (first.to - first.from))
    const bin = bins[Math.min(Math.max(index, 0), bins.length - 1)]
    if (bin !== undefined) bin.rows += 1
  }
  return bins
}

/** 0.30000000000000004 -> 0.3 */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
