/** Turns a table into a data set: leaves out what cannot be learnt from (saying so), counts classes, splits. */
import type { Dataset, DatasetRow, SplitName } from '../../shared/dataset'
import { checkGroups, checkSplits, checkTargets } from './check-targets'
import type { ColumnChoice } from './choose-columns'
import { examineRows, examineSources, type LabelCount, leftOut, type RowFacts } from './findings'
import { createGrouping, fingerprint } from './fingerprint'
import type { ScannedColumns } from './infer-columns'
import { createLabelReader } from './label-lists'
import { createNumberForm, type NumberForm, parseNumber } from './numbers'
import { createRowReader, type LeftOut, leftOutCodes } from './read-rows'
import type { Table } from './read-table'
import { countSplits, splitFacts, trainingNumbers } from './split-facts'
import { suggestGroup } from './suggest-columns'

export interface ImportPlan extends ColumnChoice, Pick<Dataset, PlannedFacts> {
  /** Reads the table once more, from `copy` where the original file may have gone. */
  readRows(copy?: Table): AsyncGenerator<DatasetRow[]>
}
type PlannedFacts = 'labels' | 'numbers' | 'rows' | 'splits' | 'splitSeed' | 'warnings'

/**
 * Reads the table twice (facts, then rows); holds no texts.
 * Fails with `column-unsuitable`, `target-constant`, `target-unique` or `dataset-too-small`.
 */
export async function planImport(
  table: Table,
  { columns, rowCount }: Pick<ScannedColumns, 'columns' | 'rowCount'>,
  choice: ColumnChoice,
  splitSeed: number,
): Promise<ImportPlan> {
  const { task, textColumn, targetColumn, contextColumn, groupColumn, labelSeparator } = choice
  const suspected = suggestGroup(columns, [textColumn, targetColumn, contextColumn], rowCount)
  const sourceColumn = groupColumn ?? suspected
  const gathered = await gatherFacts(table, choice, sourceColumn)
  const form = task === 'regression' ? gathered.form : undefined
  const { rows, left } = form === undefined ? gathered : withNumbers(gathered)
  const labels = task === 'classification' ? countLabels(rows, labelSeparator) : []
  checkTargets(table, columns, choice, { rows, labels, left })
  if (groupColumn !== null) checkGroups(table, groupColumn, rows)
  const profile = { task, labels, labelSeparator }
  const splits = splitFacts(rows, profile, { seed: splitSeed, bySource: groupColumn !== null })
  checkSplits(table, choice, rows, splits)
  const splitOf = new Map(rows.map(({ id }, index) => [id, splits[index] ?? 'train']))
  const columnOf = (code: LeftOut) => (code === 'empty-text' || code === 'empty-prompt' ? textColumn : targetColumn)
  return {
    ...choice,
    labels,
    numbers: trainingNumbers(rows, splits, profile),
    rows: rows.length,
    splits: countSplits(splits),
    splitSeed,
    warnings: [
      ...leftOutCodes.map((code) => leftOut(code, columnOf(code), left.get(code) ?? [])),
      groupColumn === null && suspected !== null ? examineSources(rows, splits, suspected) : null,
      ...examineRows(rows, splits, profile).filter(({ level }) => level !== 'pass'),
    ].filter((finding) => finding !== null),
    readRows: (copy = table) => readDatasetRows(copy, choice, form, splitOf),
  }
}

/** Made anew for every pass over the rows of a data set. */
export function createFactsReader(): (
  row: Pick<DatasetRow, 'id' | 'text' | 'target'>,
  source?: number | null,
) => RowFacts {
  const groupOf = createGrouping()
  return ({ id, text, target }, source = null) => ({
    id,
    group: groupOf(text),
    characters: text.length,
    target,
    source,
  })
}

interface Facts {
  rows: RowFacts[]
  left: Map<LeftOut, number[]>
  form: NumberForm
}

/** Targets as they are written. */
async function gatherFacts(table: Table, choice: ColumnChoice, sourceColumn: string | null): Promise<Facts> {
  const rows: RowFacts[] = []
  const left = new Map<LeftOut, number[]>()
  const readRow = createRowReader(table, choice)
  const readFacts = createFactsReader()
  const form = createNumberForm({ semicolons: table.delimiter === ';' })
  const sourceIndex = sourceColumn === null ? -1 : table.columns.indexOf(sourceColumn)
  const targets = new Map<string, string>()
  const keep = (target: string) => {
    if (choice.task === 'instruction') return ''
    const known = targets.get(target)
    if (known !== undefined) return known
    // Copied, because a cell is a view that keeps its whole part of the file in memory.
    const copy = Buffer.from(target).toString()
    targets.set(copy, copy)
    return copy
  }
  for await (const batch of table.rows()) {
    for (const row of batch) {
      const read = readRow(row)
      if (typeof read === 'string') {
        left.get(read)?.push(row.number) ?? left.set(read, [row.number])
        continue
      }
      const source = (row.cells[sourceIndex] ?? '').trim()
      if (choice.task === 'regression') form.add(read.target)
      rows.push(readFacts({ ...read, target: keep(read.target) }, source === '' ? null : fingerprint(source)))
    }
  }
  return { rows, left, form: form.decide() }
}

/** With the numbers instead of what is written; rows without one are left out. */
function withNumbers({ rows, left, form }: Facts): Pick<Facts, 'rows' | 'left'> {
  const values = rows.map((row) => ({ row, value: parseNumber(row.target, form) }))
  const wrong = values.flatMap(({ row, value }) => (value === null ? [row.id] : []))
  return {
    rows: values.flatMap(({ row, value }) => (value === null ? [] : [{ ...row, target: String(value) }])),
    left: new Map([...left, ['not-a-number', wrong]]),
  }
}

async function* readDatasetRows(
  table: Table,
  choice: ColumnChoice,
  form: NumberForm | undefined,
  splitOf: ReadonlyMap<number, SplitName>,
): AsyncGenerator<DatasetRow[]> {
  const readRow = createRowReader(table, choice, form)
  for await (const batch of table.rows()) {
    yield batch.flatMap((row) => {
      const split = splitOf.get(row.number)
      const read = readRow(row)
      return split === undefined || typeof read === 'string' ? [] : [{ ...read, split }]
    })
  }
}

/** Numbers in their order, everything else by its characters: the same on every machine. */
function countLabels(rows: readonly RowFacts[], separator: string | null): LabelCount[] {
  const labelsIn = createLabelReader(separator)
  const counts = new Map<string, number>()
  for (const { target } of rows) for (const label of labelsIn(target)) counts.set(label, (counts.get(label) ?? 0) + 1)
  const labels = [...counts].map(([label, count]) => ({ label, rows: count }))
  const numeric = labels.every(({ label }) => parseNumber(label) !== null)
  const value = (label: string) => (numeric ? (parseNumber(label) ?? 0) : 0)
  return labels.sort((one, other) => value(one.label) - value(other.label) || (one.label < other.label ? -1 : 1))
}
