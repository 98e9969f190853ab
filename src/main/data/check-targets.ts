/** Refuses targets that nothing can be learnt from, saying which column looks better. */
import { type SplitName, splitNames } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { ColumnChoice } from './choose-columns'
import { countClasses, countTexts, type LabelCount, type RowFacts } from './findings'
import type { ScannedColumn } from './infer-columns'
import type { LeftOut } from './read-rows'
import type { Table } from './read-table'
import { leastTextsForEverySplit } from './splits'
import { suggestTarget } from './suggest-columns'

/** Fewer rows than this are refused: two classes in three splits would have one row each. */
const leastRows = 10

/** Fails with `column-unsuitable`, `target-constant`, `target-unique` or `dataset-too-small`. */
export function checkTargets(
  table: Table,
  columns: readonly ScannedColumn[],
  choice: ColumnChoice,
  {
    rows,
    labels,
    left,
  }: {
    rows: readonly RowFacts[]
    labels: readonly LabelCount[]
    left: ReadonlyMap<LeftOut, readonly number[]>
  },
): void {
  const { task, targetColumn, textColumn, labelSeparator } = choice
  const details = { path: table.path, column: targetColumn, rows: rows.length, classes: labels.length }
  const better = () => {
    const others = columns.filter(({ name }) => name !== targetColumn)
    const other = suggestTarget(others, textColumn, task)
    return other === null || (task !== 'instruction' && other.kind !== 'category' && other.kind !== 'number')
      ? 'No other column of this file looks better.'
      : `Column "${other.name}" looks better.`
  }
  const noNumbers = left.get('not-a-number') ?? []
  if (noNumbers.length > rows.length) {
    throw new Failure(
      'column-unsuitable',
      `Column "${targetColumn}" of ${table.fileName} holds texts, not numbers (row ${noNumbers[0]} is the first of ${noNumbers.length}). ${better()}`,
      { ...details, row: noNumbers[0] ?? 0 },
    )
  }
  const constant = rows.length > 1 && rows.every(({ target }) => target === rows[0]?.target)
  if (task !== 'instruction' && constant) {
    throw new Failure(
      'target-constant',
      `Column "${targetColumn}" of ${table.fileName} has the same value "${rows[0]?.target}" in all ${rows.length} rows. ${better()}`,
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
  if (rows.length < leastRows) throw tooSmall(table, choice, rows.length, left)
  if (task !== 'classification') return
  const large = [...countTexts(rows, labels, labelSeparator).values()].filter(
    (texts) => texts >= leastTextsForEverySplit,
  ).length
  if (large >= 2) return
  // At least two classes must be in every split, or no score would say anything.
  throw new Failure(
    'dataset-too-small',
    `Only ${large} of the ${labels.length} classes in column "${targetColumn}" of ${table.fileName} ` +
      `${large === 1 ? 'has' : 'have'} ${leastTextsForEverySplit} different texts or more; two must. Label more rows, or join classes.`,
    { path: table.path, column: targetColumn, classes: labels.length },
  )
}

/** Fails with `dataset-too-small` where the groups of a column cannot fill three splits. */
export function checkGroups({ path, fileName }: Table, column: string, rows: readonly RowFacts[]): void {
  const groups = new Set(rows.map(({ group, source }) => source ?? -1 - group)).size
  if (groups >= 3) return
  throw new Failure(
    'dataset-too-small',
    `Column "${column}" of ${fileName} has ${groups} ${groups === 1 ? 'group' : 'groups'}; training, validation and test need one each. ` +
      'Add rows of other groups, or split without a group column.',
    { path, column, groups },
  )
}

/** Fails with `dataset-too-small` where groups that stay together leave a split with one class or one value. */
export function checkSplits(
  { path, fileName }: Table,
  { task, targetColumn, labelSeparator }: ColumnChoice,
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
): void {
  if (task === 'instruction') return
  const found = countClasses(rows, splits, labelSeparator)
  const poor = splitNames.find((name) => found[name].size < 2)
  if (poor === undefined) return
  throw new Failure(
    'dataset-too-small',
    `All rows of ${fileName} that are for ${poor} have the same "${targetColumn}", so no score would say anything. ` +
      'Add rows with others, or choose another group column or split seed.',
    { path, column: targetColumn, split: poor },
  )
}

const reasons: Readonly<Record<LeftOut, string>> = {
  'empty-text': 'without text',
  'empty-label': 'without label',
  'not-a-number': 'with something that is no number',
  'empty-prompt': 'without prompt',
  'empty-response': 'without response',
}

function tooSmall(
  { path, fileName }: Table,
  { task, targetColumn }: ColumnChoice,
  rows: number,
  left: ReadonlyMap<LeftOut, readonly number[]>,
): Failure {
  const parts = [...left].filter(([, ids]) => ids.length > 0).map(([code, ids]) => `${ids.length} ${reasons[code]}`)
  const reason = parts.length === 0 ? '' : ` (${parts.join(' and ')} were left out)`
  const [what, remedy] = task === 'instruction' ? ['prompts with a response', 'Write'] : ['labelled rows', 'Label']
  return new Failure(
    'dataset-too-small',
    `${fileName} has ${rows} ${what}${reason}; Fino needs at least ${leastRows}. ${remedy} more rows.`,
    { path, column: targetColumn, rows },
  )
}
