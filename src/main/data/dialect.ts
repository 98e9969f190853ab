/** How a table is written: its delimiter, its line ends, and whether quotation marks enclose cells. */
import Papa from 'papaparse'
import { delimiters } from '../../shared/dataset'

export type Delimiter = (typeof delimiters)[number]

export interface Dialect {
  delimiter: Delimiter
  /** '\n' reads '\r\n' too; '\r' alone is old Macintosh. */
  newline: '\n' | '\r'
  /** False in tab-separated files whose quotation marks are just characters. */
  quoted: boolean
}

/** A row as parsed, the cells not yet checked against the header. */
export interface ParsedText {
  rows: string[][]
  /** Where the first row begins that was not read because it may go on after this text. */
  consumed: number
  /** The first row with a quotation mark that is never closed, or closed within a cell. */
  quoteError: { row: number; closed: boolean } | undefined
}

/** Parses as many whole rows as `text` holds; with `final`, the last one ends with the text. */
export function parseText(text: string, { delimiter, newline, quoted }: Dialect, final: boolean): ParsedText {
  const parser = new Papa.Parser({ delimiter, newline, ...(quoted ? {} : { fastMode: true }) })
  const { data, errors, meta } = parser.parse(text, 0, !final) as Papa.ParseResult<string[]>
  if (newline === '\n') for (const row of data) dropCarriageReturn(row)
  const error = errors.find(({ row }) => final || (row ?? 0) < data.length)
  return {
    rows: data,
    consumed: meta.cursor,
    quoteError: error === undefined ? undefined : { row: error.row ?? 0, closed: error.code === 'InvalidQuotes' },
  }
}

/**
 * Judges by the start of the file: the delimiter that the header has, by which most rows are as wide as the header.
 * `chosen` fixes the delimiter; `complete` = the text is the whole file.
 */
export function guessDialect(head: string, complete: boolean, chosen?: Delimiter): Dialect {
  const newline = head.includes('\n') || !head.includes('\r') ? '\n' : '\r'
  const candidates = (chosen === undefined ? delimiters : [chosen]).flatMap((delimiter) => {
    const quoted = { delimiter, newline, quoted: true } as const
    return delimiter === '\t' ? [quoted, { ...quoted, quoted: false }] : [quoted]
  })
  const judged = candidates.map((dialect) => ({ dialect, ...judge(head, dialect, complete) }))
  const best = judged.reduce((one, other) => (isBetter(other, one) ? other : one))
  return chosen === undefined && best.width < 2 ? { delimiter: ',', newline, quoted: true } : best.dialect
}

interface Judgement {
  /** Cells of the header. */
  width: number
  /** Share of rows as wide as the header. */
  agreement: number
  quoteErrors: boolean
}

function judge(head: string, dialect: Dialect, complete: boolean): Judgement {
  const { rows, quoteError } = parseText(head, dialect, complete)
  // A header or a first row longer than what was read: judge by that.
  const parsed = rows.length > 0 ? rows : parseText(head, dialect, true).rows
  const filled = parsed.filter((row) => !isBlank(row))
  const width = filled[0]?.length ?? 0
  const agreement = filled.filter((row) => row.length === width).length / Math.max(1, filled.length)
  return { width, agreement, quoteErrors: quoteError !== undefined }
}

function isBetter(one: Judgement, other: Judgement): boolean {
  if (one.width > 1 !== other.width > 1) return one.width > 1
  if (one.quoteErrors !== other.quoteErrors) return !one.quoteErrors
  if (one.agreement !== other.agreement) return one.agreement > other.agreement
  return one.width > other.width
}

/** An empty line. */
export function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0]?.trim() === ''
}

function dropCarriageReturn(row: string[]): void {
  const last = row.at(-1)
  if (last?.endsWith('\r')) row[row.length - 1] = last.slice(0, -1)
}
