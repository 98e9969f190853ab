/** What is worth knowing about labelled rows before a model learns from them: PASS, or WARN with what to do. */
import { type Dataset, type Finding, type FindingCode, type SplitName, splitNames } from '../../shared/dataset'
import { createLabelReader } from './label-lists'
import { describeNumbers } from './numbers'
import type { LeftOut } from './read-rows'
import { leastTextsForEverySplit } from './splits'

/** All that the findings need to know of a row; the text itself is not kept. */
export interface RowFacts {
  id: number
  /** Rows with the same normalised text have the same number. */
  group: number
  characters: number
  /** Class or classes, the value as text, or '' for a response. */
  target: string
  /** Rows of one document, author or the like have the same number; null where nothing is known of that. */
  source: number | null
}

/** What the rows are examined as. */
export type Profile = Pick<Dataset, 'task' | 'labels' | 'labelSeparator'>

export interface LabelCount {
  label: string
  rows: number
}

/** A file with fewer rows than this can be learnt from, but its scores say little. */
const advisedRows = 100
const shortCharacters = 3
const mostlyOneValue = 0.9
const farDeviations = 4
const longCharacters = 100_000

const lacks: Readonly<Record<LeftOut, string>> = {
  'empty-text': 'no text',
  'empty-label': 'no label',
  'not-a-number': 'something that is no number',
  'empty-prompt': 'no prompt',
  'empty-response': 'no response',
}

/** `splits` of the rows, in their order. */
export function examineRows(rows: readonly RowFacts[], splits: readonly SplitName[], profile: Profile): Finding[] {
  const findings = [examineSize(rows, profile), examineDuplicates(rows, splits), examineShort(rows), examineLong(rows)]
  if (profile.task === 'instruction') return findings
  if (profile.task === 'regression') return [...findings, examineSpread(rows), examineOutliers(rows)]
  return [
    ...findings,
    examineBalance(rows, profile),
    examineSmallClasses(rows, splits, profile),
    examineConflicts(rows, profile),
  ]
}

/** Rows that were left out of the data set, by number; null where there are none. */
export function leftOut(code: LeftOut, column: string, ids: readonly number[]): Finding | null {
  if (ids.length === 0) return null
  const message = `${rowsHave(ids.length)} ${lacks[code]} in column "${column}" and ${ids.length === 1 ? 'was' : 'were'} left out: ${first(ids)}.`
  return { code, level: 'warn', message, rows: ids.length, examples: ids.slice(0, 10), values: {} }
}

/** `column` looks as if it named groups, and the rows were not split by it; null where no group is in two splits. */
export function examineSources(
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
  column: string,
): Finding | null {
  const splitsOf = new Map<number, Set<SplitName | undefined>>()
  for (const [index, { source }] of rows.entries()) {
    if (source !== null) splitsOf.set(source, (splitsOf.get(source) ?? new Set()).add(splits[index]))
  }
  const across = new Set([...splitsOf].filter(([, found]) => found.size > 1).map(([source]) => source))
  if (across.size === 0) return null
  const concerned = rows.filter(({ source }) => source !== null && across.has(source))
  const message =
    `Rows with the same "${column}" are in several splits (${across.size} ${across.size === 1 ? 'group' : 'groups'}). ` +
    'Where such texts resemble each other, scores come out too high: choose it as the group column.'
  return warn('group-across-splits', message, {
    rows: concerned.length,
    ids: idsOf(concerned),
    values: { groups: across.size, column },
  })
}

/** `share` of the texts lose their end at `maxLength` tokens. */
export function examineTruncation(share: number, rows: number, maxLength: number): Finding {
  const percent = asPercent(share)
  return share > 0.1
    ? warn(
        'truncation',
        `${percent} of the texts lose their end at ${maxLength} tokens. Allow longer texts if the end matters.`,
        {
          rows,
          values: { maxLength, share },
        },
      )
    : pass('truncation', `${percent} of the texts lose their end at ${maxLength} tokens.`, { maxLength, share })
}

function examineSize(rows: readonly RowFacts[], { task }: Profile): Finding {
  const values = { rows: rows.length, advised: advisedRows }
  const [what, remedy] = task === 'instruction' ? ['rows', 'Write'] : ['labelled rows', 'Label']
  return rows.length < advisedRows
    ? warn('few-rows', `${rows.length} ${what} are few: scores will be rough. ${remedy} ${advisedRows} or more.`, {
        rows: rows.length,
        values,
      })
    : pass('few-rows', `${rows.length} ${what}.`, values)
}

function examineDuplicates(rows: readonly RowFacts[], splits: readonly SplitName[]): Finding {
  const { repeated, acrossSplits } = findDuplicates(rows, splits)
  if (repeated.length === 0) return pass('duplicate-text', 'No text appears twice.', { acrossSplits })
  const message =
    `${rowsHave(repeated.length)} a text that an earlier row has too: ${first(idsOf(repeated))}. ` +
    (acrossSplits === 0
      ? 'Equal texts are kept in the same split, so no score profits from them.'
      : `${acrossSplits} of them are in another split than that row, because their groups are.`)
  return warn('duplicate-text', message, {
    rows: repeated.length,
    ids: idsOf(repeated),
    values: acrossSplits === 0 ? { acrossSplits } : { acrossSplits, separated: acrossSplits },
  })
}

/** Rows whose text an earlier row has, and how many of them are in another split than the first with that text. */
export function findDuplicates(
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
): { repeated: RowFacts[]; acrossSplits: number } {
  const firstSplit = new Map<number, SplitName | undefined>()
  let acrossSplits = 0
  const repeated = rows.filter(({ group }, index) => {
    if (!firstSplit.has(group)) {
      firstSplit.set(group, splits[index])
      return false
    }
    if (firstSplit.get(group) !== splits[index]) acrossSplits += 1
    return true
  })
  return { repeated, acrossSplits }
}

function examineShort(rows: readonly RowFacts[]): Finding {
  const short = rows.filter(({ characters }) => characters < shortCharacters)
  const values = { characters: shortCharacters }
  if (short.length === 0) return pass('short-text', `Every text has ${shortCharacters} characters or more.`, values)
  const message = `${rowsHave(short.length)} a text of fewer than ${shortCharacters} characters: ${first(idsOf(short))}. Look whether they mean anything.`
  return warn('short-text', message, { rows: short.length, ids: idsOf(short), values })
}

function examineLong(rows: readonly RowFacts[]): Finding {
  const long = rows.filter(({ characters }) => characters >= longCharacters)
  const longest = rows.reduce((most, { characters }) => Math.max(most, characters), 0)
  const values = { characters: longCharacters, longest }
  if (long.length === 0) return pass('long-text', `The longest text has ${longest} characters.`, values)
  const message =
    `${rowsHave(long.length)} a text of ${longCharacters.toLocaleString('en')} characters or more (the longest ` +
    `${longest.toLocaleString('en')}): ${first(idsOf(long))}. Models read only the beginning; divide such texts.`
  return warn('long-text', message, { rows: long.length, ids: idsOf(long), values })
}

function examineBalance(rows: readonly RowFacts[], { labels, labelSeparator }: Profile): Finding {
  const largest = labels.reduce((one, other) => (other.rows > one.rows ? other : one))
  const smallest = labels.reduce((one, other) => (other.rows < one.rows ? other : one))
  const largestShare = largest.rows / rows.length
  const values = { largest: largest.label, largestShare, smallest: smallest.label, smallestRows: smallest.rows }
  const told =
    labelSeparator === null
      ? `"${largest.label}" is ${asPercent(largestShare)} of the rows, "${smallest.label}" has ${smallest.rows}`
      : `"${largest.label}" is in ${asPercent(largestShare)} of the rows, "${smallest.label}" in ${smallest.rows}`
  const weighed = labelSeparator === null ? ', or let them weigh more in training (label weights: balanced)' : ''
  const advice = `Watch macro-F1 rather than accuracy, and label more of the rare classes${weighed}.`
  return largestShare >= 0.8 || smallest.rows * 20 < largest.rows
    ? warn('label-balance', `${told}. ${advice}`, { rows: largest.rows, values })
    : pass('label-balance', `${told}.`, values)
}

function examineSmallClasses(
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
  { labels, labelSeparator }: Profile,
): Finding {
  const labelsIn = createLabelReader(labelSeparator)
  const found = countClasses(rows, splits, labelSeparator)
  const absent = labels.map(({ label }) => label).filter((label) => splitNames.some((name) => !found[name].has(label)))
  const names = absent.join(', ')
  const minimum = leastTextsForEverySplit
  if (absent.length === 0) return pass('small-class', 'Every class is in every split.', { labels: names, minimum })
  const concerned = rows.filter(({ target }) => labelsIn(target).some((label) => absent.includes(label)))
  const texts = countTexts(rows, labels, labelSeparator)
  const few = absent.every((label) => (texts.get(label) ?? 0) < minimum)
  const [subject, have, are] = absent.length === 1 ? ['Class', 'has', 'is'] : ['Classes', 'have', 'are']
  const message =
    `${subject} ${absent.map((label) => `"${label}"`).join(', ')} ` +
    (few
      ? `${have} fewer than ${minimum} different texts and cannot be in every split. Label more of them, or join them with another class.`
      : `${are} not in every split, because too few groups have them. Label rows of other groups.`)
  return warn('small-class', message, {
    rows: concerned.length,
    ids: idsOf(concerned),
    values: few ? { labels: names, minimum } : { labels: names },
  })
}

/** The classes in each split. */
export function countClasses(
  rows: readonly RowFacts[],
  splits: readonly SplitName[],
  labelSeparator: string | null,
): Record<SplitName, Set<string>> {
  const labelsIn = createLabelReader(labelSeparator)
  const found = { train: new Set<string>(), validation: new Set<string>(), test: new Set<string>() }
  for (const [index, { target }] of rows.entries()) {
    const classes = found[splits[index] ?? 'train']
    for (const label of labelsIn(target)) classes.add(label)
  }
  return found
}

/** How many different texts each class has. */
export function countTexts(
  rows: readonly RowFacts[],
  labels: readonly LabelCount[],
  labelSeparator: string | null,
): Map<string, number> {
  const labelsIn = createLabelReader(labelSeparator)
  const texts = new Map(labels.map(({ label }) => [label, new Set<number>()]))
  for (const { target, group } of rows) for (const label of labelsIn(target)) texts.get(label)?.add(group)
  return new Map([...texts].map(([label, groups]) => [label, groups.size]))
}

function examineConflicts(rows: readonly RowFacts[], { labelSeparator }: Profile): Finding {
  const labelsIn = createLabelReader(labelSeparator)
  const targetOf = new Map<number, string>()
  const torn = new Set<number>()
  for (const { group, target } of rows) {
    // The order of several classes says nothing.
    const labels = labelSeparator === null ? target : [...labelsIn(target)].sort().join(labelSeparator)
    const known = targetOf.get(group)
    if (known === undefined) targetOf.set(group, labels)
    else if (known !== labels) torn.add(group)
  }
  if (torn.size === 0) return pass('conflicting-labels', 'No text has two labels.', { texts: 0 })
  const concerned = rows.filter(({ group }) => torn.has(group))
  const message = `${torn.size} ${torn.size === 1 ? 'text has' : 'texts have'} more than one label: ${first(idsOf(concerned))}. Decide for one.`
  return warn('conflicting-labels', message, {
    rows: concerned.length,
    ids: idsOf(concerned),
    values: { texts: torn.size },
  })
}

/** A value that most rows share leaves little to learn. */
function examineSpread(rows: readonly RowFacts[]): Finding {
  const counts = new Map<string, number>()
  for (const { target } of rows) counts.set(target, (counts.get(target) ?? 0) + 1)
  const [value, count] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), ['', 0])
  const values = { value: Number(value) }
  if (count < mostlyOneValue * rows.length) return pass('constant-target', 'The values differ.', values)
  const message = `${asPercent(count / rows.length)} of the rows have the same value, ${value}: there is little to learn. Add rows with others.`
  return warn('constant-target', message, { rows: count, values })
}

function examineOutliers(rows: readonly RowFacts[]): Finding {
  const { mean, deviation } = describeNumbers(rows.map(({ target }) => Number(target)))
  const far = rows.filter(({ target }) => Math.abs(Number(target) - mean) > farDeviations * deviation)
  const values = { beyond: farDeviations }
  if (far.length === 0) {
    return pass('outliers', `No value is further than ${farDeviations} deviations from the mean.`, values)
  }
  const message =
    `${rowsHave(far.length)} a value further than ${farDeviations} deviations from the mean: ${first(idsOf(far))}. ` +
    'Look whether it is a slip of the pen; a few such rows can lead the whole training.'
  return warn('outliers', message, { rows: far.length, ids: idsOf(far), values })
}

function pass(code: FindingCode, message: string, values: Finding['values']): Finding {
  return { code, level: 'pass', message, rows: 0, examples: [], values }
}

function warn(
  code: FindingCode,
  message: string,
  { rows, ids = [], values }: { rows: number; ids?: number[]; values: Finding['values'] },
): Finding {
  return { code, level: 'warn', message, rows, examples: ids.slice(0, 10), values }
}

function idsOf(rows: readonly RowFacts[]): number[] {
  return rows.map(({ id }) => id)
}

/** One decimal near none and near all: "0%", "0.3%", "87%", "99.7%". */
function asPercent(share: number): string {
  const decimals = share > 0 && share < 1 && (share < 0.1 || share > 0.99) ? 1 : 0
  return `${(100 * share).toFixed(decimals)}%`
}

function rowsHave(count: number): string {
  return count === 1 ? '1 row has' : `${count} rows have`
}

/** "row 7", "rows 7, 9, 12", "rows 7, 9, 12, 15, 20 and 3 more". */
function first(ids: readonly number[]): string {
  const shown = ids.slice(0, 5).join(', ')
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  return `${ids.length === 1 ? 'row' : 'rows'} ${shown}${more}`
}
