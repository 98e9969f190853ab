/**
 * The few lengths to which a job's texts are padded: a step is compiled once for each shape, and pools that reuse memory
 * meet the same ones again.
 */

const multiple = 8
const mostLengths = 12

/**
 * Ascending; the last holds the longest. Multiples of 8, save that none exceeds `maxLength`, chosen so that rows of the
 * given lengths are padded with as few tokens as so few lengths allow.
 */
export function choosePaddedLengths(rows: readonly number[], maxLength: number): number[] {
  const counts = new Map<number, number>()
  for (const length of rows) {
    const padded = Math.max(length, Math.min(Math.ceil(length / multiple) * multiple, maxLength))
    counts.set(padded, (counts.get(padded) ?? 0) + 1)
  }
  const known = [...counts.keys()].sort((left, right) => left - right)
  if (known.length <= mostLengths) return known
  return fewest(
    known,
    known.map((length) => counts.get(length) as number),
  )
}

/** Length in tokens to which a text of `length` is padded; one longer than all that are known stays as long as it is. */
export function paddedLength(length: number, lengths: readonly number[]): number {
  return lengths.find((padded) => padded >= length) ?? length
}

/** The lengths with the smallest sum of padded texts, by dynamic programming over the last one chosen. */
function fewest(known: readonly number[], counts: readonly number[]): number[] {
  const textsUpTo = [0]
  for (const count of counts) textsUpTo.push((textsUpTo.at(-1) as number) + count)
  const texts = (from: number, to: number) => (textsUpTo[to] as number) - (textsUpTo[from] as number)
  let costs = known.map((length, index) => length * texts(0, index + 1))
  const before: number[][] = [known.map(() => -1)]
  for (let choices = 2; choices <= mostLengths; choices++) {
    const previous = costs
    const chosen: number[] = []
    costs = known.map((length, index) => {
      let best = previous[index] as number
      let from = (before.at(-1) as number[])[index] as number
      for (let last = 0; last < index; last++) {
        const cost = (previous[last] as number) + length * texts(last + 1, index + 1)
        if (cost < best) [best, from] = [cost, last]
      }
      chosen.push(from)
      return best
    })
    before.push(chosen)
  }
  const lengths: number[] = []
  let at = known.length - 1
  for (let choices = mostLengths; choices >= 1 && at >= 0; choices--) {
    lengths.unshift(known[at] as number)
    at = (before[choices - 1] as number[])[at] as number
  }
  return lengths
}
