/** Rows of a table in which nearly everything is zero. */

export interface SparseRows {
  readonly width: number
  /** Row r holds the entries from starts[r] to starts[r + 1]. */
  readonly starts: Int32Array // [rows + 1]
  readonly columns: Int32Array // [entries]
  readonly values: Float64Array // [entries]
}

export function countRows({ starts }: SparseRows): number {
  return starts.length - 1
}

/** The rows named, in that order. */
export function selectRows(table: SparseRows, rows: readonly number[]): SparseRows {
  return select(table, rows, (column) => column, table.width)
}

/** Every row with the columns that `keptAs` numbers; -1 drops one. */
export function selectColumns(table: SparseRows, keptAs: Int32Array, width: number): SparseRows {
  const rows = Array.from({ length: countRows(table) }, (_, row) => row)
  return select(table, rows, (column) => keptAs[column] as number, width)
}

function select(
  table: SparseRows,
  rows: readonly number[],
  keptAs: (column: number) => number,
  width: number,
): SparseRows {
  const starts = [0]
  const columns: number[] = []
  const values: number[] = []
  for (const row of rows) {
    const end = table.starts[row + 1] as number
    for (let at = table.starts[row] as number; at < end; at++) {
      const kept = keptAs(table.columns[at] as number)
      if (kept < 0) continue
      columns.push(kept)
      values.push(table.values[at] as number)
    }
    starts.push(columns.length)
  }
  return {
    width,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  }
}

/** In how many rows each column is not zero. */
export function countEntries({ width, columns }: SparseRows): Int32Array {
  const counts = new Int32Array(width)
  for (const column of columns) counts[column] = (counts[column] as number) + 1
  return counts
}

/** table x vector: one number a row. */
export function multiply({ starts, columns, values }: SparseRows, vector: Float64Array): Float64Array {
  const result = new Float64Array(starts.length - 1)
  for (let row = 0; row < result.length; row++) {
    const end = starts[row + 1] as number
    let sum = 0
    for (let at = starts[row] as number; at < end; at++) {
      sum += (values[at] as number) * (vector[columns[at] as number] as number)
    }
    result[row] = sum
  }
  return result
}

/** table transposed x vector: one number a column. */
export function multiplyTransposed({ starts, columns, values, width }: SparseRows, vector: Float64Array): Float64Array {
  const result = new Float64Array(width)
  for (let row = 0; row < vector.length; row++) {
    const factor = vector[row] as number
    const end = starts[row + 1] as number
    for (let at = starts[row] as number; at < end; at++) {
      const column = columns[at] as number
      result[column] = (result[column] as number) + factor * (values[at] as number)
    }
  }
  return result
}

/** Mean and standard deviation (of the population) of every column, zeros included. */
export function columnMoments(table: SparseRows): { mean: Float64Array; deviation: Float64Array } {
  const rows = countRows(table)
  const mean = new Float64Array(table.width)
  const squares = new Float64Array(table.width)
  table.columns.forEach((column, at) => {
    const value = table.values[at] as number
    mean[column] = (mean[column] as number) + value / rows
    squares[column] = (squares[column] as number) + (value * value) / rows
  })
  const deviation = squares.map((square, column) => Math.sqrt(Math.max(0, square - (mean[column] as number) ** 2)))
  return { mean, deviation }
}
