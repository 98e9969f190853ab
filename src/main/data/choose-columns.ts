/** Decides which columns and which task an import is about: as asked, else as suggested, and refuses what cannot work. */
import type { Dataset, ImportOptions, Task } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { ScannedColumn } from './infer-columns'
import type { Table } from './read-table'
import { suggestColumns, suggestTarget, suggestText } from './suggest-columns'

export interface ColumnChoice
  extends Pick<Dataset, 'task' | 'textColumn' | 'targetColumn' | 'contextColumn' | 'groupColumn' | 'labelSeparator'> {}

type Role = 'text' | 'target' | 'context' | 'group'

/**
 * Context and separator are as suggested where nothing is said of them, '' = none; a context is only suggested with its
 * text. Fails with `column-missing` or `column-unsuitable`, naming the columns there are.
 */
export function chooseColumns(table: Table, columns: readonly ScannedColumn[], options: ImportOptions): ColumnChoice {
  const find = (name: string, role: Role) => findColumn(table, columns, name, role)
  if (options.textColumn !== undefined) find(options.textColumn, 'text')
  if (options.targetColumn !== undefined) find(options.targetColumn, 'target')
  const suggested = suggestColumns(columns, options)
  if (suggested.textColumn === null) throw nothingLike(table, 'text', 'a text', '--text')
  if (suggested.targetColumn === null) throw nothingLike(table, 'target', targetName(options.task), '--target')
  const text = find(suggested.textColumn, 'text')
  const target = find(suggested.targetColumn, 'target')
  const task = suggested.task ?? 'classification'
  const context = options.contextColumn ?? (options.textColumn === undefined ? suggested.contextColumn : null)
  const choice: ColumnChoice = {
    task,
    textColumn: text.name,
    targetColumn: target.name,
    contextColumn: task === 'instruction' && context ? find(context, 'context').name : null,
    groupColumn: options.groupColumn ? find(options.groupColumn, 'group').name : null,
    labelSeparator: task === 'classification' ? options.labelSeparator || suggestedSeparator(options, target) : null,
  }
  refuseSame(table, choice)
  refuseUnsuitableText(table, columns, text)
  refuseUnsuitableTarget(table, columns, choice, target)
  return choice
}

/** Where texts alone are wanted: the column of that name, else the one that looks like texts. Fails as `chooseColumns`. */
export function chooseTextColumn(table: Table, columns: readonly ScannedColumn[], name?: string): string {
  const wanted = name ?? suggestText(columns)
  if (wanted === null) throw nothingLike(table, 'text', 'a text', '--text')
  const text = findColumn(table, columns, wanted, 'text')
  refuseUnsuitableText(table, columns, text)
  return text.name
}

function suggestedSeparator({ labelSeparator }: ImportOptions, target: ScannedColumn): string | null {
  return labelSeparator === undefined ? target.labelSeparator : null
}

function refuseSame({ path, fileName }: Table, choice: ColumnChoice): void {
  const { textColumn, targetColumn, contextColumn, groupColumn } = choice
  const same = (column: string, roles: string, remedy: string) =>
    new Failure('column-unsuitable', `Column "${column}" of ${fileName} cannot be ${roles} at once. ${remedy}`, {
      path,
      column,
    })
  if (textColumn === targetColumn) throw same(textColumn, 'text and target', 'Choose another target column.')
  if (contextColumn === textColumn || contextColumn === targetColumn) {
    throw same(contextColumn, 'context and text or target', 'Choose another context column, or none.')
  }
  if (groupColumn === targetColumn) {
    throw same(groupColumn, 'target and group', 'Choose another group column, or none.')
  }
}

function refuseUnsuitableText({ path, fileName }: Table, columns: readonly ScannedColumn[], text: ScannedColumn): void {
  if (text.kind !== 'empty' && text.kind !== 'number') return
  const better = suggestText(columns, text.name)
  throw new Failure(
    'column-unsuitable',
    `Column "${text.name}" of ${fileName} holds ${text.kind === 'empty' ? 'nothing' : 'numbers, not texts'}. ` +
      (better === null ? 'Choose another text column.' : `Column "${better}" looks better.`),
    { path, column: text.name },
  )
}

function refuseUnsuitableTarget(
  { path, fileName }: Table,
  columns: readonly ScannedColumn[],
  { task, textColumn }: ColumnChoice,
  target: ScannedColumn,
): void {
  const others = columns.filter((other) => other !== target)
  const unsuitable = (what: string, remedy: string, better = suggestTarget(others, textColumn, task)) =>
    new Failure(
      'column-unsuitable',
      `Column "${target.name}" of ${fileName} ${what}. ` +
        (better === null ? remedy : `Column "${better.name}" looks better.`),
      { path, column: target.name },
    )
  if (target.kind === 'empty') throw unsuitable('is empty in every row', 'Fill it in, or choose another target column.')
  if (task === 'instruction' && target.numeric) {
    throw unsuitable(
      'holds numbers, and a response is a text',
      'Choose the column with the responses, or import the file as a regression.',
    )
  }
}

function findColumn(
  { path, fileName, columns: names }: Table,
  columns: readonly ScannedColumn[],
  name: string,
  role: Role,
) {
  const found = columns.find((column) => column.name === name)
  if (found !== undefined) return found
  const close = names.find((column) => column.toLowerCase() === name.trim().toLowerCase())
  throw new Failure(
    'column-missing',
    `${fileName} has no column "${name}" for the ${role}; it has ${listed(names)}.` +
      (close === undefined ? '' : ` Did you mean "${close}"?`),
    { path, column: name, wanted: role },
  )
}

function nothingLike({ path, fileName, columns }: Table, wanted: Role, what: string, flag: string): Failure {
  return new Failure(
    'column-missing',
    `No column of ${fileName} looks like ${what}. Say which one is (${flag}); it has ${listed(columns)}.`,
    { path, wanted },
  )
}

function targetName(task: Task | undefined): string {
  return task === 'regression' ? 'a number to predict' : task === 'instruction' ? 'a response' : 'a label'
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`)
  return `${shown.join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`
}
