/** Opens a file as a table and reads it row by row; says exactly where a CSV or TSV file is no table. */
import { Failure } from '../../shared/failure'
import { checkColumns, list } from './check-columns'
import { type Delimiter, type Dialect, guessDialect, isBlank, parseText } from './dialect'
import { decodeFile, decodeHead, detectEncoding, type Encoding } from './encoding'
import { type InspectedFile, inspectFile } from './inspect-file'
import { openJsonTable, recognizeJson } from './json-table'
import { limits } from './limits'

export interface TableRow {
  /** 1 = the first row below the header, or the first object; empty lines are not counted. */
  number: number
  /** Line of the file on which it begins, 1 = the first. */
  line: number
  /** As many as the table has columns. */
  cells: string[]
}

export interface Table {
  path: string
  fileName: string
  byteLength: number
  encoding: Encoding
  /** ',' for JSON, which has none. */
  delimiter: Delimiter
  columns: string[]
  /** Reads the file from its start, some thousand rows at a time; call it as often as needed. */
  rows(): AsyncGenerator<TableRow[]>
}

const neverClosed = 'a quotation mark opens a cell and is never closed'

/** The name given to a first column that has none because a program wrote its row numbers there. */
const rowNumberColumn = '#'

/**
 * Opens a file and reads its header. Fails with `file-missing`, `file-unreadable`, `file-empty`, `file-too-large`,
 * `file-binary`, `encoding-unknown`, `column-duplicate` or `dataset-malformed`; `rows()` with the last two codes and
 * `file-too-large`, naming row and line.
 */
export async function openTable(
  path: string,
  {
    encoding: chosenEncoding,
    delimiter: chosenDelimiter,
    fileName,
  }: { encoding?: Encoding | undefined; delimiter?: Delimiter | undefined; fileName?: string | undefined } = {},
): Promise<Table> {
  const file = await inspectFile(path, fileName)
  const encoding = await detectEncoding(file, chosenEncoding)
  const head = decodeHead(file, encoding)
  if (file.byteLength === file.head.length && head.trim() === '') {
    throw new Failure('file-empty', `${file.fileName} holds only blank lines. Choose a file with a header and rows.`, {
      path,
    })
  }
  const layout = recognizeJson(file, head)
  if (layout !== null) return openJsonTable(file, encoding, layout)
  const dialect = guessDialect(head, file.byteLength === file.head.length, chosenDelimiter)
  const { columns, line } = await readHeader(file, encoding, dialect)
  checkColumns(file, columns, line)
  return {
    path,
    fileName: file.fileName,
    byteLength: file.byteLength,
    encoding,
    delimiter: dialect.delimiter,
    columns,
    rows: () => readRows(file, encoding, dialect, columns.length),
  }
}

/** Rows below the header in parts; ragged ones are collected and reported together when all are read. */
async function* readRows(
  file: InspectedFile,
  encoding: Encoding,
  dialect: Dialect,
  width: number,
): AsyncGenerator<TableRow[]> {
  const ragged: { number: number; line: number; found: number }[] = []
  let number = 0
  for await (const part of readRawRows(file, encoding, dialect)) {
    const rows: TableRow[] = []
    for (const { cells, line } of part.rows) {
      if (line === part.headerLine) continue
      number += 1
      if (cells.length === width) rows.push({ number, line, cells })
      else ragged.push({ number, line, found: cells.length })
    }
    if (number > limits.rows) {
      throw new Failure(
        'file-too-large',
        `${file.fileName} has more than ${limits.rows.toLocaleString('en')} rows. Split it, or keep a sample of its rows.`,
        { path: file.path, limit: limits.rows },
      )
    }
    if (part.broken !== undefined && ragged.length === 0) {
      throw brokenFailure(file, number + 1, part.broken)
    }
    if (rows.length > 0) yield rows
    if (ragged.length >= 20 || part.broken !== undefined) break
  }
  const [first, ...others] = ragged
  if (first !== undefined) throw raggedFailure(file, dialect, width, first, others)
}

interface RawRows {
  rows: { cells: string[]; line: number }[]
  headerLine: number
  /** Where the file stops being a table, in words; nothing is read beyond. */
  broken: { line: number; what: string } | undefined
}

/** Everything but blank lines, header included, with the line on which each row begins. */
async function* readRawRows(file: InspectedFile, encoding: Encoding, dialect: Dialect): AsyncGenerator<RawRows> {
  let line = 1
  let headerLine = 0
  let pending = ''

  const parse = (final: boolean): RawRows => {
    const { rows: parsed, consumed, quoteError } = parseText(pending, dialect, final)
    const rows: RawRows['rows'] = []
    for (const [index, cells] of parsed.entries()) {
      if (index === quoteError?.row) break
      if (!isBlank(cells)) {
        headerLine ||= line
        rows.push({ cells, line })
      }
      line += 1 + countNewlines(cells, dialect.newline)
    }
    pending = pending.slice(consumed)
    if (quoteError !== undefined) {
      const what = quoteError.closed ? 'text follows the quotation mark that closes a cell' : neverClosed
      return { rows, headerLine, broken: { line, what } }
    }
    if (pending.length <= limits.cellCharacters) return { rows, headerLine, broken: undefined }
    const what = dialect.quoted && pending.includes('"') ? neverClosed : 'it is too long to be a row'
    return { rows, headerLine, broken: { line, what } }
  }

  for await (const text of decodeFile(file, encoding)) {
    pending += text
    const part = parse(false)
    yield part
    if (part.broken !== undefined) return
  }
  if (pending !== '') yield parse(true)
}

async function readHeader(
  file: InspectedFile,
  encoding: Encoding,
  dialect: Dialect,
): Promise<{ columns: string[]; line: number }> {
  const sample: string[][] = []
  let headerLine = 1
  for await (const part of readRawRows(file, encoding, dialect)) {
    headerLine = part.headerLine
    sample.push(...part.rows.slice(0, 100).map(({ cells }) => cells))
    if (sample.length === 0 && part.broken !== undefined) {
      throw brokenFailure(file, 0, part.broken)
    }
    if (sample.length >= 2) break
  }
  const [header = [], ...rows] = sample
  const columns = header.map((name) => name.trim())
  const counted = rows.length > 0 && rows.every((row, index) => Number(row[0]) === Number(rows[0]?.[0]) + index)
  if (columns[0] === '' && counted && columns.length > 1) columns[0] = rowNumberColumn
  return { columns, line: headerLine }
}

function raggedFailure(
  { path, fileName }: InspectedFile,
  { delimiter }: Dialect,
  expected: number,
  { number, line, found }: { number: number; line: number; found: number },
  others: readonly { number: number }[],
): Failure {
  const shown = others.slice(0, 8).map((row) => String(row.number))
  const more = others.length === 0 ? '' : ` Rows ${list(shown)}${others.length > 8 ? ' and more' : ''} differ too.`
  const named = delimiter === '\t' ? 'tab' : delimiter
  const fields = expected === 1 ? '1 field' : `${expected} fields`
  return new Failure(
    'dataset-malformed',
    `row ${number}: ${fields} expected, ${found} found (line ${line} of ${fileName}).${more} ` +
      `Put cells that contain "${named}" in quotation marks, or choose another delimiter.`,
    { path, row: number, line, expected, found },
  )
}

function brokenFailure(
  { path, fileName }: InspectedFile,
  row: number,
  { line, what }: { line: number; what: string },
): Failure {
  return new Failure(
    'dataset-malformed',
    `${row === 0 ? 'the header' : `row ${row}`}: ${what} (line ${line} of ${fileName}). ` +
      'Close quotation marks, and write those inside a text twice ("").',
    { path, row, line },
  )
}

function countNewlines(cells: readonly string[], newline: string): number {
  let lines = 0
  for (const cell of cells) {
    for (let at = cell.indexOf(newline); at !== -1; at = cell.indexOf(newline, at + 1)) lines += 1
  }
  return lines
}
