/** Reads a JSON file as a table: every object is a row, every key a column, in the order in which they first come. */
import { extname } from 'node:path'
import { Failure } from '../../shared/failure'
import { checkColumns } from './check-columns'
import { isConversation, readConversation } from './conversation'
import { decodeFile, type Encoding } from './encoding'
import type { InspectedFile } from './inspect-file'
import { type JsonLayout, JsonProblem, type JsonRecord, readRecords } from './json-records'
import { limits } from './limits'
import type { Table, TableRow } from './read-table'

/** Stands between the elements of a list that is written into one cell. */
const listSeparator = '|'

const remedy = 'Write a list of objects ([{…}, {…}]), or one object a line (JSON Lines).'

/** Null where the file is no JSON: by its name, or because it begins as no table does. */
export function recognizeJson({ path, fileName }: InspectedFile, head: string): JsonLayout | null {
  const named = ['.json', '.jsonl', '.ndjson'].includes(extname(fileName).toLowerCase())
  if (!named && !/^\s*(\{\s*"|\[\s*[{["])/.test(head)) return null
  const first = head.trimStart().charAt(0)
  if (first === '[') return 'list'
  if (first === '{') return 'lines'
  throw new Failure('dataset-malformed', `${fileName} begins with "${first}", as no JSON data set does. ${remedy}`, {
    path,
    line: 1,
  })
}

/** Reads the whole file once for its keys. Fails with `dataset-malformed`, `file-empty` or `file-too-large`. */
export async function openJsonTable(file: InspectedFile, encoding: Encoding, layout: JsonLayout): Promise<Table> {
  const { path, fileName, byteLength } = file
  const columns = new Set<string>()
  let rowCount = 0
  for await (const records of readCells(file, encoding, layout)) {
    rowCount += records.length
    for (const { cells } of records) for (const name of cells.keys()) columns.add(name)
    if (columns.size > limits.columns) break
  }
  if (rowCount === 0) throw new Failure('file-empty', `${fileName} holds no objects. ${remedy}`, { path })
  if (rowCount === 1 && layout === 'lines') {
    throw new Failure(
      'dataset-malformed',
      `${fileName} is a single JSON object with ${[...columns].slice(0, 5).join(', ')} in it, not a list of rows. ${remedy}`,
      { path, line: 1 },
    )
  }
  const names = [...columns]
  checkColumns(file, names, 1)
  return {
    path,
    fileName,
    byteLength,
    encoding,
    delimiter: ',',
    columns: names,
    async *rows() {
      for await (const records of readCells(file, encoding, layout)) {
        yield records.map(({ number, line, cells }) => ({
          number,
          line,
          cells: names.map((name) => cells.get(name) ?? ''),
        }))
      }
    },
  }
}

type NamedCells = Omit<TableRow, 'cells'> & { cells: Map<string, string> }

async function* readCells(file: InspectedFile, encoding: Encoding, layout: JsonLayout): AsyncGenerator<NamedCells[]> {
  const { path, fileName } = file
  try {
    for await (const records of readRecords(decodeFile(file, encoding), layout)) {
      if ((records.at(-1)?.number ?? 0) > limits.rows) {
        throw new Failure(
          'file-too-large',
          `${fileName} has more than ${limits.rows.toLocaleString('en')} rows. Split it, or keep a sample of its rows.`,
          { path, limit: limits.rows },
        )
      }
      yield records.map((record) => ({ ...record, cells: cellsOf(record) }))
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonProblem)) throw thrown
    const { number, line, what } = thrown
    throw new Failure('dataset-malformed', `row ${number} ${what} (line ${line} of ${fileName}). ${remedy}`, {
      path,
      row: number,
      line,
      format: 'JSON',
    })
  }
}

function cellsOf({ number, line, value }: JsonRecord): Map<string, string> {
  if (!isObject(value)) throw new JsonProblem(number, line, `is ${nameOf(value)}, and an object was expected`)
  const cells = new Map<string, string>()
  for (const [name, inner] of Object.entries(value)) {
    try {
      addCells(cells, name.trim(), inner)
    } catch (thrown) {
      throw new JsonProblem(number, line, `cannot be read: in "${name}", ${(thrown as Error).message}`)
    }
  }
  return cells
}

/** What lies within an object, or within the only element of a list, has a dot in its column's name. */
function addCells(cells: Map<string, string>, name: string, value: unknown): void {
  if (isConversation(value)) {
    const { prompt, response } = readConversation(value)
    cells.set(`${name}.prompt`, prompt).set(`${name}.response`, response)
  } else if (Array.isArray(value) && value.length === 1 && isObject(value[0])) addCells(cells, name, value[0])
  else if (isObject(value)) for (const [key, inner] of Object.entries(value)) addCells(cells, `${name}.${key}`, inner)
  else cells.set(name, Array.isArray(value) ? value.map(toCell).join(listSeparator) : toCell(value))
}

function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === null ? 'null' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}
