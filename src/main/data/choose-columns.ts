/** Decides which columns and which task an import is about: as asked, else as suggested, and refuses what cannot work. */
import type { Column, ImportOptions, Task } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Table } from './read-table'
import { suggestTarget, suggestTask, suggestText } from './suggest-columns'

export interface ColumnChoice {
  task: Task
  textColumn: string
  targetColumn: string
  textIndex: number
  targetIndex: number
}

/** Fails with `column-missing` or `column-unsuitable`, naming the columns there are. */
export function chooseColumns(table: Table, columns: readonly Column[], options: ImportOptions): ColumnChoice {
  const text = chooseText(table, columns, options)
  const target = chooseTarget(table, columns, options, text.name)
  if (text.name === target.name) {
    throw new Failure(
      'column-unsuitable',
      `Column "${text.name}" of ${table.fileName} cannot be text and target at once. Choose another target column.`,
      { path: table.path, column: text.name },
    )
  }
  return {
    task: options.task ?? suggestTask(target),
    textColumn: text.name,
    targetColumn: target.name,
    textIndex: table.columns.indexOf(text.name),
    targetIndex: table.columns.indexOf(target.name),
  }
}

function chooseText(table: Table, columns: readonly Column[], { textColumn, targetColumn }: ImportOptions): Column {
  const name = textColumn ?? suggestText(columns, targetColumn)
  if (name === null) {
    throw new Failure(
      'column-missing',
      `No column of ${table.fileName} looks like a text. Say which one is (--text); it has ${listed(table.columns)}.`,
      { path: table.path, wanted: 'text' },
    )
  }
  const column = find(table, columns, name, 'text')
  if (column.kind === 'empty' || column.kind === 'number') {
    const better = suggestText(columns, name)
    throw new Failure(
      'column-unsuitable',
      `Column "${name}" of ${table.fileName} holds ${column.kind === 'empty' ? 'nothing' : 'numbers, not texts'}. ` +
        (better === null ? 'Choose another text column.' : `Column "${better}" looks better.`),
      { path: table.path, column: name },
    )
  }
  return column
}

function chooseTarget(
  table: Table,
  columns: readonly Column[],
  { targetColumn }: ImportOptions,
  textColumn: string,
): Column {
  if (targetColumn !== undefined) {
    const column = find(table, columns, targetColumn, 'target')
    if (column.kind !== 'empty') return column
    const better = suggestTarget(
      columns.filter((other) => other !== column),
      textColumn,
    )
    throw new Failure(
      'column-unsuitable',
      `Column "${targetColumn}" of ${table.fileName} is empty in every row. ` +
        (better === null ? 'Fill it in, or choose another target column.' : `Column "${better.name}" looks better.`),
      { path: table.path, column: targetColumn },
    )
  }
  const suggested = suggestTarget(columns, textColumn)
  if (suggested !== null && suggested.kind !== 'empty') return suggested
  throw new Failure(
    'column-missing',
    `No column of ${table.fileName} looks like a label. Say which one is (--target); it has ${listed(table.columns)}.`,
    { path: table.path, wanted: 'target' },
  )
}

function find(table: Table, columns: readonly Column[], name: string, role: 'text' | 'target'): Column {
  const found = columns.find((column) => column.name === name)
  if (found !== undefined) return found
  const close = table.columns.find((column) => column.toLowerCase() === name.trim().toLowerCase())
  throw new Failure(
    'column-missing',
    `${table.fileName} has no column "${name}" for the ${role}; it has ${listed(table.columns)}.` +
      (close === undefined ? '' : ` Did you mean "${close}"?`),
    { path: table.path, column: name, wanted: role },
  )
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`)
  return `${shown.join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`
}
