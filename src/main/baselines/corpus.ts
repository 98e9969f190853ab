/** Texts as the dictionary sees them: how much of each text every term is. */
import { type SparseRows, selectColumns } from './sparse-rows'
import { countTerms, wordsOf } from './words'

export interface Corpus {
  /** The term of each column. */
  readonly terms: readonly string[]
  /** Each term's share of each text, as `shareOf` has it. */
  readonly table: SparseRows
  /** Words of each text. */
  readonly lengths: Int32Array
}

/**
 * A term's share of a text: 1 + ln(times), so that a word said ten times does not count tenfold, over the Euclidean
 * length of these numbers for all terms of the text, so that long and short texts compare.
 */
export function shareOf(times: number, length: number): number {
  return (1 + Math.log(times)) / length
}

/** The length that `shareOf` divides by; 1 for a text without words. */
export function lengthOf(counts: ReadonlyMap<string, number>): number {
  let squares = 0
  for (const times of counts.values()) squares += (1 + Math.log(times)) ** 2
  return squares === 0 ? 1 : Math.sqrt(squares)
}

/** Terms that fewer than `minimumTexts` of these texts hold have no column. Yields as texts are read. */
export function* readCorpus(
  texts: readonly string[],
  { ngrams, minimumTexts }: { ngrams: number; minimumTexts: number },
): Generator<{ done: number; total: number }, Corpus> {
  const columnOf = new Map<string, number>()
  const textsWith: number[] = []
  const starts = [0]
  const columns: number[] = []
  const values: number[] = []
  const lengths = new Int32Array(texts.length)
  for (const [row, text] of texts.entries()) {
    const words = wordsOf(text)
    const counts = countTerms(words, ngrams)
    const length = lengthOf(counts)
    for (const [term, times] of counts) {
      const column = columnOf.get(term) ?? columnOf.size
      columnOf.set(term, column)
      textsWith[column] = (textsWith[column] ?? 0) + 1
      columns.push(column)
      values.push(shareOf(times, length))
    }
    starts.push(columns.length)
    lengths[row] = words.length
    if (row % 200 === 0) yield { done: row, total: texts.length }
  }

  const keptAs = new Int32Array(columnOf.size).fill(-1)
  const terms: string[] = []
  for (const [term, column] of columnOf) {
    if ((textsWith[column] as number) < minimumTexts) continue
    keptAs[column] = terms.length
    terms.push(term)
  }
  const all = {
    width: columnOf.size,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  }
  return { terms, table: selectColumns(all, keptAs, terms.length), lengths }
}
