/** rows.jsonl: a data set as the trainer reads it, one DatasetRow a line. */
import { createReadStream } from 'node:fs'
import type { DatasetRow } from '../../shared/dataset'
import { Failure } from '../../shared/failure'

/** The lines for `rows`, joined into parts of about a megabyte. */
export async function* encodeRows(rows: AsyncIterable<DatasetRow[]>): AsyncGenerator<string> {
  let part = ''
  for await (const batch of rows) {
    for (const row of batch) part += `${encodeRow(row)}\n`
    if (part.length < 1 << 20) continue
    yield part
    part = ''
  }
  if (part !== '') yield part
}

/** Fails with `file-missing` where the workspace has lost the file. */
export async function* readRowsFile(path: string): AsyncGenerator<DatasetRow[]> {
  let pending = ''
  try {
    for await (const text of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
      const lines = (pending + text).split('\n')
      pending = lines.pop() ?? ''
      if (lines.length > 0) yield lines.map((line) => JSON.parse(line) as DatasetRow)
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    throw new Failure('file-missing', `The rows of this data set are gone (${path}). Import the file again.`, { path })
  }
}

/** U+2028 and U+2029 are line ends to some readers, so they are escaped. */
function encodeRow(row: DatasetRow): string {
  return JSON.stringify(row).replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'))
}
