/** What the names of a table's columns must be: there, each once, and not too many. */
import { Failure } from '../../shared/failure'
import { limits } from './limits'

/** Fails with `file-too-large`, `dataset-malformed` or `column-duplicate`. `line`: where the names are written. */
export function checkColumns(
  { path, fileName }: { path: string; fileName: string },
  columns: readonly string[],
  line: number,
): void {
  if (columns.length > limits.columns) {
    throw new Failure(
      'file-too-large',
      `${fileName} has ${columns.length} columns; Fino reads up to ${limits.columns}. Keep the text and label columns.`,
      { path, columns: columns.length, limit: limits.columns },
    )
  }
  const empty = columns.flatMap((name, index) => (name === '' ? [index + 1] : []))
  if (empty.length > 0) {
    const which = empty.length === 1 ? `column ${empty[0]} has` : `columns ${list(empty.map(String))} have`
    throw new Failure(
      'dataset-malformed',
      `The header of ${fileName} (line ${line}): ${which} no name. Name every column, or delete the empty ones.`,
      { path, line, column: empty[0] ?? 0 },
    )
  }
  const repeated = [...new Set(columns.filter((name, index) => columns.indexOf(name) !== index))]
  if (repeated.length > 0) {
    const places = repeated.map((name) => {
      const at = columns.flatMap((other, index) => (other === name ? [String(index + 1)] : []))
      return `"${name}" names columns ${list(at)}`
    })
    throw new Failure(
      'column-duplicate',
      `The header of ${fileName} (line ${line}): ${places.join('; ')}. Give every column a name of its own.`,
      { path, line, column: repeated[0] ?? '' },
    )
  }
}

/** "1", "1 and 2", "1, 2 and 3". */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
