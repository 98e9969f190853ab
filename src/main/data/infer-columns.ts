/** What the columns of a table hold: texts, categories, numbers, identifiers or nothing. */
import type { Column } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { fingerprint } from './fingerprint'
import { createSeparatorTally } from './label-lists'
import { isMissingNumber, parseNumber } from './numbers'
import type { Table } from './read-table'

/** A column with what only the choice of columns needs to know. */
export interface ScannedColumn extends Column {
  /** Nearly every filled cell is a number, also where the column's kind is another. */
  numeric: boolean
  /** What stands between the classes of a cell; null where cells hold one each, or no classes. */
  labelSeparator: string | null
}

/** Columns of a whole table, in its order, and how many rows were read. */
export interface ScannedColumns {
  columns: ScannedColumn[]
  rowCount: number
  /** The first rows as they will be read. */
  firstRows: string[][]
}

const shownRows = 50

/**
 * Reads the whole table once; fails with `file-empty` where it has no row. `distinctValues` of very varied columns in
 * very large tables is a lower bound.
 */
export async function scanColumns(table: Table): Promise<ScannedColumns> {
  const distinctLimit = Math.max(1000, Math.min(100_000, Math.floor(5_000_000 / table.columns.length)))
  const tallies = table.columns.map((name) => createTally(name, distinctLimit))
  const firstRows: string[][] = []
  let rowCount = 0
  for await (const rows of table.rows()) {
    rowCount += rows.length
    for (const { cells } of rows) {
      if (firstRows.length < shownRows) firstRows.push(cells)
      for (const [index, cell] of cells.entries()) tallies[index]?.add(cell)
    }
  }
  if (rowCount === 0) {
    throw new Failure(
      'file-empty',
      `${table.fileName} has a header (${table.columns.slice(0, 5).join(', ')}) and no rows below it. Add rows to it.`,
      { path: table.path },
    )
  }
  return { columns: tallies.map((tally) => tally.finish()), rowCount, firstRows }
}

interface Tally {
  add(cell: string): void
  finish(): ScannedColumn
}

function createTally(name: string, distinctLimit: number): Tally {
  const distinct = new Set<number>()
  const separators = createSeparatorTally()
  const seen = {
    filled: 0,
    empty: 0,
    missing: 0,
    numbers: 0,
    integers: 0,
    counted: 0,
    codes: 0,
    characters: 0,
    words: 0,
  }
  let previous: number | null = null

  return {
    add(cell) {
      const text = cell.trim()
      if (text === '') {
        seen.empty += 1
        return
      }
      seen.filled += 1
      seen.characters += text.length
      seen.words += countWords(text)
      if (distinct.size < distinctLimit) distinct.add(fingerprint(text))
      separators.add(text)
      if (isMissingNumber(text)) seen.missing += 1
      const number = text.length < 40 ? parseNumber(text) : null
      if (number !== null) {
        seen.numbers += 1
        if (Number.isInteger(number)) seen.integers += 1
        if (previous !== null && number === previous + 1) seen.counted += 1
      } else if (isCode(text)) seen.codes += 1
      previous = number
    },
    finish() {
      const numeric = seen.numbers > 0 && seen.numbers >= 0.99 * (seen.filled - seen.missing)
      const labelSeparator = numeric ? null : separators.decide(distinct.size)
      const facts = {
        filled: seen.filled,
        distinct: distinct.size,
        allDistinct: distinct.size === seen.filled || distinct.size === distinctLimit,
        numeric,
        lists: labelSeparator !== null,
        whole: numeric && seen.integers === seen.numbers,
        counted: seen.counted === seen.filled - 1,
        codes: seen.codes >= 0.9 * seen.filled,
        meanCharacters: seen.characters / Math.max(1, seen.filled),
        meanWords: seen.words / Math.max(1, seen.filled),
      }
      return {
        name,
        kind: kindOf(name, facts),
        numeric,
        labelSeparator,
        distinctValues: distinct.size,
        emptyValues: seen.empty + (numeric ? seen.missing : 0),
        meanCharacters: facts.meanCharacters,
      }
    },
  }
}

interface Facts {
  filled: number
  distinct: number
  allDistinct: boolean
  numeric: boolean
  lists: boolean
  whole: boolean
  counted: boolean
  codes: boolean
  meanCharacters: number
  meanWords: number
}

function kindOf(name: string, facts: Facts): Column['kind'] {
  const { filled, distinct, allDistinct, numeric, lists, whole, counted, codes, meanCharacters, meanWords } = facts
  if (filled === 0) return 'empty'
  if (allDistinct && filled > 2) {
    if (whole && (counted || isIdentifierName(name))) return 'identifier'
    if (!numeric && codes) return 'identifier'
  }
  if (numeric) return whole && distinct <= 10 && distinct <= filled / 2 ? 'category' : 'number'
  if (lists) return 'category'
  const fewValues = distinct <= 20 || (distinct <= 1000 && meanWords <= 4)
  const repeated = distinct <= filled / 2 || (distinct <= 2 && filled > 2)
  return fewValues && repeated && meanCharacters <= 60 ? 'category' : 'text'
}

function isIdentifierName(name: string): boolean {
  return /(id|index|key|uuid|guid|#|number|número|nr|no)$/i.test(name.trim())
}

/** One word with a digit in it, as identifiers and file names are: "cv000_29416", "3f2a-77". */
function isCode(text: string): boolean {
  return text.length <= 64 && /\d/.test(text) && !/\s/.test(text)
}

function countWords(text: string): number {
  let words = 1
  for (let at = text.indexOf(' '); at !== -1 && words < 1000; at = text.indexOf(' ', at + 1)) words += 1
  return words
}
