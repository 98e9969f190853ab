/** Turns a table into a data set: chooses and checks columns, leaves out what cannot be learnt from (saying so), splits. */
import type { Column, DatasetRow, Finding, ImportOptions, SplitName, SplitSizes, Task } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { type ColumnChoice, chooseColumns } from './choose-columns'
import { examineRows, type LabelCount, leftOut, type RowFacts } from './findings'
import { createGrouping } from './fingerprint'
import { isMissingNumber, parseNumber } from './numbers'
import type { Table, TableRow } from './read-table'
import { leastTextsForEverySplit, splitRows } from './splits'
import { suggestTarget } from './suggest-columns'

export interface ImportPlan {
  task: Task
  textColumn: string
  targetColumn: string
  /** Classification: classes in the order of their ids. Otherwise empty. */
  labels: LabelCount[]
  rowCount: number
  splits: SplitSizes
  splitSeed: number
  warnings: Finding[]
  /** Reads the table once more, from `copy` where the original file may have gone. */
  rows(copy?: Table): AsyncGenerator<DatasetRow[]>
}

/** Fewer labelled rows than this are refused: two classes in three splits would have one row each. */
export const leastRows = 10

/**
 * Reads the table twice (facts, then rows); holds no texts. `columns` as scanColumns found them.
 * Fails with `column-missing`, `column-unsuitable`, `target-constant`, `target-unique`, `dataset-too-small` or, for a
 * target that should be a number and is not, `dataset-malformed`.
 */
export async function planImport(
  table: Table,
  columns: readonly Column[],
  options: ImportOptions,
): Promise<ImportPlan> {
  const choice = chooseColumns(table, columns, options)
  const facts = await gatherFacts(table, choice)
  const labels = choice.task === 'classification' ? countLabels(facts.rows) : []
  checkTargets(table, columns, choice, facts, labels)
  const splitSeed = options.splitSeed ?? 0
  const splits = splitFacts(facts.rows, labels, choice.task, splitSeed)
  const splitOf = new Map(facts.rows.map(({ id }, index) => [id, splits[index] ?? 'train']))
  return {
    task: choice.task,
    textColumn: choice.textColumn,
    targetColumn: choice.targetColumn,
    labels,
    rowCount: facts.rows.length,
    splits: countSplits(splits),
    splitSeed,
    warnings: [
      leftOut('empty-text', choice.textColumn, facts.emptyTexts),
      leftOut('empty-label', choice.targetColumn, facts.emptyTargets),
      ...examineRows(facts.rows, labels).filter(({ level }) => level !== 'pass'),
    ].filter((finding) => finding !== null),
    rows: (copy = table) => readDatasetRows(copy, choice, splitOf),
  }
}

/** Splits rows by what is known of them; also for splitting an imported data set anew. */
export function splitFacts(
  rows: readonly RowFacts[],
  labels: readonly LabelCount[],
  task: Task,
  seed: number,
): SplitName[] {
  const stratum = strataFor(rows, labels, task)
  return splitRows(
    rows.map(({ id, group }, index) => ({ id, group, stratum: stratum(index) })),
    seed,
  )
}

export function countSplits(splits: Iterable<SplitName>): SplitSizes {
  const sizes = { train: 0, validation: 0, test: 0 }
  for (const split of splits) sizes[split] += 1
  return sizes
}

/** Made anew for every pass over the rows of a data set. */
export function createFactsReader(): (row: Pick<DatasetRow, 'id' | 'text' | 'target'>) => RowFacts {
  const groupOf = createGrouping()
  return ({ id, text, target }) => ({ id, group: groupOf(text), characters: text.length, target })
}

interface Facts {
  rows: RowFacts[]
  emptyTexts: number[]
  emptyTargets: number[]
}

async function gatherFacts(table: Table, choice: ColumnChoice): Promise<Facts> {
  const facts: Facts = { rows: [], emptyTexts: [], emptyTargets: [] }
  const readFacts = createFactsReader()
  const classes = new Map<string, string>()
  const keptTarget = (target: string) => {
    if (choice.task !== 'classification') return choice.task === 'regression' ? target : ''
    const known = classes.get(target)
    if (known !== undefined) return known
    // Copied, because a cell is a view that keeps its whole part of the file in memory.
    const copy = Buffer.from(target).toString()
    classes.set(copy, copy)
    return copy
  }
  for await (const batch of table.rows()) {
    for (const row of batch) {
      const read = readRow(table, choice, row)
      if (read === 'empty-text') facts.emptyTexts.push(row.number)
      else if (read === 'empty-label') facts.emptyTargets.push(row.number)
      else {
        facts.rows.push(readFacts({ ...read, target: keptTarget(read.target) }))
      }
    }
  }
  return facts
}

async function* readDatasetRows(
  table: Table,
  choice: ColumnChoice,
  splitOf: ReadonlyMap<number, SplitName>,
): AsyncGenerator<DatasetRow[]> {
  for await (const batch of table.rows()) {
    yield batch.flatMap((row) => {
      const split = splitOf.get(row.number)
      const read = readRow(table, choice, row)
      return split === undefined || typeof read === 'string' ? [] : [{ ...read, split }]
    })
  }
}

function readRow(
  table: Table,
  { task, textIndex, targetIndex, targetColumn }: ColumnChoice,
  { number, line, cells }: TableRow,
): Omit<DatasetRow, 'split'> | 'empty-text' | 'empty-label' {
  const text = cells[textIndex] ?? ''
  const target = (cells[targetIndex] ?? '').trim()
  if (text.trim() === '') return 'empty-text'
  if (target === '' || (task === 'regression' && isMissingNumber(target))) return 'empty-label'
  if (task !== 'regression') return { id: number, text, target }
  const value = parseNumber(target)
  if (value === null) {
    throw new Failure(
      'dataset-malformed',
      `row ${number}: "${target.slice(0, 40)}" in column "${targetColumn}" is no number (line ${line} of ${table.fileName}). ` +
        'Write a number there, leave the cell empty, or import the column as classes.',
      { path: table.path, row: number, line, column: targetColumn },
    )
  }
  return { id: number, text, target: String(value) }
}

/** Numbers in their order, everything else by its characters: the same on every machine. */
function countLabels(rows: readonly RowFacts[]): LabelCount[] {
  const counts = new Map<string, number>()
  for (const { target } of rows) counts.set(target, (counts.get(target) ?? 0) + 1)
  const labels = [...counts].map(([label, count]) => ({ label, rows: count }))
  const numeric = labels.every(({ label }) => parseNumber(label) !== null)
  const value = (label: string) => (numeric ? (parseNumber(label) ?? 0) : 0)
  return labels.sort((one, other) => value(one.label) - value(other.label) || (one.label < other.label ? -1 : 1))
}

function strataFor(rows: readonly RowFacts[], labels: readonly LabelCount[], task: Task): (index: number) => number {
  if (task === 'classification') {
    const ids = new Map(labels.map(({ label }, id) => [label, id]))
    return (index) => ids.get(rows[index]?.target ?? '') ?? 0
  }
  if (task === 'instruction') return () => 0
  // Ten ranges of values with equally many rows, so that every split sees low and high ones.
  const byValue = rows.map((_, index) => index).sort((one, other) => numberIn(rows[one]) - numberIn(rows[other]))
  const ranges = new Map(byValue.map((index, rank) => [index, Math.floor((10 * rank) / rows.length)]))
  return (index) => ranges.get(index) ?? 0
}

function numberIn(row: RowFacts | undefined): number {
  return Number(row?.target)
}

function checkTargets(
  table: Table,
  columns: readonly Column[],
  { task, textColumn, targetColumn }: ColumnChoice,
  { rows, emptyTexts, emptyTargets }: Facts,
  labels: readonly LabelCount[],
): void {
  const better = () => {
    const others = columns.filter(({ name }) => name !== targetColumn)
    const other = suggestTarget(others, textColumn)
    return other === null || (other.kind !== 'category' && other.kind !== 'number')
      ? 'No other column of this file looks better.'
      : `Column "${other.name}" looks better.`
  }
  const details = { path: table.path, column: targetColumn, rows: rows.length, classes: labels.length }
  const constant =
    labels.length === 1 || (task === 'regression' && new Set(rows.map(({ target }) => target)).size === 1)
  if (constant && rows.length > 1) {
    const label = rows[0]?.target ?? ''
    throw new Failure(
      'target-constant',
      `Column "${targetColumn}" of ${table.fileName} has the same value "${label.slice(0, 40)}" in all ${rows.length} rows, so there is nothing to learn. ${better()}`,
      details,
    )
  }
  const unique = labels.length === rows.length || (labels.length > 20 && labels.length > rows.length / 2)
  if (task === 'classification' && rows.length > 1 && unique) {
    throw new Failure(
      'target-unique',
      `Column "${targetColumn}" of ${table.fileName} has ${labels.length} different values in ${rows.length} rows, so it is no set of classes. ${better()}`,
      details,
    )
  }
  if (rows.length < leastRows) {
    const left = emptyTexts.length + emptyTargets.length
    const reason =
      left === 0 ? '' : ` (${emptyTexts.length} without text and ${emptyTargets.length} without label were left out)`
    throw new Failure(
      'dataset-too-small',
      `${table.fileName} has ${rows.length} labelled ${rows.length === 1 ? 'row' : 'rows'}${reason}; Fino needs at least ${leastRows}. Label more rows.`,
      details,
    )
  }
  if (task === 'classification') checkClasses(table, targetColumn, rows, labels)
}

/** At least two classes must be in every split, or no score would say anything. */
function checkClasses(
  table: Table,
  targetColumn: string,
  rows: readonly RowFacts[],
  labels: readonly LabelCount[],
): void {
  const texts = new Map(labels.map(({ label }) => [label, new Set<number>()]))
  for (const { target, group } of rows) texts.get(target)?.add(group)
  const large = [...texts.values()].filter((groups) => groups.size >= leastTextsForEverySplit).length
  if (large >= 2) return
  throw new Failure(
    'dataset-too-small',
    `Only ${large} of the ${labels.length} classes in column "${targetColumn}" of ${table.fileName} ` +
      `${large === 1 ? 'has' : 'have'} ${leastTextsForEverySplit} different texts or more; two must. Label more rows, or join classes.`,
    { path: table.path, column: targetColumn, classes: labels.length },
  )
}
