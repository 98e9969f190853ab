/** The split of each row by what is known of it: stratified by class or by range of values, groups kept together. */
import type { Dataset, SplitName, SplitSizes } from '../../shared/dataset'
import type { Profile, RowFacts } from './findings'
import { createLabelReader } from './label-lists'
import { describeNumbers } from './numbers'
import { splitGroups } from './split-groups'
import { splitRows } from './splits'

/** Ranges of a number with equally many rows each, so that every split sees low and high values. */
const ranges = 10

/**
 * `bySource`: rows of one source stay together; else rows with the same text do (a row without source counts as one
 * of its own text).
 */
export function splitFacts(
  rows: readonly RowFacts[],
  profile: Profile,
  { seed, bySource }: { seed: number; bySource: boolean },
): SplitName[] {
  const strata = strataOf(rows, profile)
  const inputs = (groupOf: (row: RowFacts) => number) =>
    rows.map((row, index) => ({ id: row.id, stratum: strata[index] ?? 0, group: groupOf(row) }))
  if (!bySource)
    return splitRows(
      inputs(({ group }) => group),
      seed,
    )
  return splitGroups(
    inputs(({ group, source }) => source ?? -1 - group),
    seed,
  )
}

export function countSplits(splits: Iterable<SplitName>): SplitSizes {
  const sizes = { train: 0, validation: 0, test: 0 }
  for (const split of splits) sizes[split] += 1
  return sizes
}

/** Of a regression's target in the training split; null for other tasks. */
export function trainingNumbers(
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
  { task }: Profile,
): Dataset['numbers'] {
  if (task !== 'regression') return null
  return describeNumbers(rows.filter((_, index) => splits[index] === 'train').map(({ target }) => Number(target)))
}

/** A row of several classes belongs to its rarest: the common ones come with it. */
function strataOf(rows: readonly RowFacts[], { task, labels, labelSeparator }: Profile): number[] {
  if (task === 'instruction') return rows.map(() => 0)
  if (task === 'classification') {
    const labelsIn = createLabelReader(labelSeparator)
    const known = new Map(labels.map(({ label, rows: count }, id) => [label, { id, count }]))
    return rows.map(({ target }) => {
      const found = labelsIn(target).flatMap((label) => known.get(label) ?? [])
      return found.reduce((one, other) => (other.count < one.count ? other : one), { id: 0, count: Infinity }).id
    })
  }
  const strata = rows.map(() => 0)
  const byValue = rows.map(({ target }, index) => ({ index, value: Number(target) }))
  byValue.sort((one, other) => one.value - other.value || one.index - other.index)
  for (const [rank, { index }] of byValue.entries()) strata[index] = Math.floor((ranges * rank) / rows.length)
  return strata
}
