/** Reads a data set's rows as the trainer needs them. */
import { readFile } from 'node:fs/promises'
import { type DatasetRow, datasetRowSchema, type SplitName } from '../../../shared/dataset'
import { Failure } from '../../../shared/failure'

/** Fails with `dataset-malformed`, naming the line. */
export async function readRows(rowsFile: string): Promise<DatasetRow[]> {
  let text: string
  try {
    text = await readFile(rowsFile, 'utf8')
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    throw new Failure(
      missing ? 'file-missing' : 'file-unreadable',
      `The data set's rows at ${rowsFile} cannot be read. Import the data again.`,
      { rowsFile },
    )
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      const row = datasetRowSchema.safeParse(parse(line))
      if (row.success) return row.data
      throw new Failure('dataset-malformed', `Line ${index + 1} of ${rowsFile} is no row. Import the data again.`, {
        rowsFile,
        line: index + 1,
      })
    })
}

/** Fails with `dataset-too-small` where the split is empty. */
export function rowsOf(rows: readonly DatasetRow[], split: SplitName): DatasetRow[] {
  const found = rows.filter((row) => row.split === split)
  if (found.length > 0) return found
  throw new Failure('dataset-too-small', `The ${split} split is empty. Import more rows, or split the data again.`, {
    split,
  })
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
