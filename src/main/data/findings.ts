/** What is worth knowing about labelled rows before a model learns from them: PASS, or WARN with what to do. */
import type { Finding, FindingCode } from '../../shared/dataset'
import { leastTextsForEverySplit } from './splits'

/** All that the findings need to know of a row; the text itself is not kept. */
export interface RowFacts {
  id: number
  /** Rows with the same normalised text have the same number. */
  group: number
  characters: number
  /** Class, or the value as text. */
  target: string
}

export interface LabelCount {
  label: string
  rows: number
}

/** A file with fewer rows than this can be learnt from, but its scores say little. */
const advisedRows = 100
const shortCharacters = 3
const longCharacters = 100_000

/** `labels` is empty for tasks without classes. */
export function examineRows(rows: readonly RowFacts[], labels: readonly LabelCount[]): Finding[] {
  const findings = [examineSize(rows), examineDuplicates(rows), examineShort(rows), examineLong(rows)]
  if (labels.length === 0) return findings
  return [...findings, examineBalance(labels), examineSmallClasses(rows, labels), examineConflicts(rows)]
}

/** Rows that were left out of the data set, by number. */
export function leftOut(code: 'empty-text' | 'empty-label', column: string, ids: readonly number[]): Finding | null {
  if (ids.length === 0) return null
  const what = code === 'empty-text' ? 'no text' : 'no label'
  const message = `${rowsHave(ids.length)} ${what} in column "${column}" and ${ids.length === 1 ? 'was' : 'were'} left out: ${first(ids)}.`
  return { code, level: 'warn', message, rows: ids.length, examples: ids.slice(0, 10), values: {} }
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

function examineSize(rows: readonly RowFacts[]): Finding {
  const values = { rows: rows.length, advised: advisedRows }
  return rows.length < advisedRows
    ? warn('few-rows', `${rows.length} labelled rows are few: scores will be rough. Label ${advisedRows} or more.`, {
        rows: rows.length,
        values,
      })
    : pass('few-rows', `${rows.length} labelled rows.`, values)
}

function examineDuplicates(rows: readonly RowFacts[]): Finding {
  const seen = new Set<number>()
  const repeated = rows.filter(({ group }) => seen.size === seen.add(group).size)
  if (repeated.length === 0) return pass('duplicate-text', 'No text appears twice.', { acrossSplits: 0 })
  const message =
    `${rowsHave(repeated.length)} a text that an earlier row has too: ${first(idsOf(repeated))}. ` +
    'Equal texts are kept in the same split, so no score profits from them.'
  return warn('duplicate-text', message, { rows: repeated.length, ids: idsOf(repeated), values: { acrossSplits: 0 } })
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

function examineBalance(labels: readonly LabelCount[]): Finding {
  const total = labels.reduce((sum, { rows }) => sum + rows, 0)
  const largest = labels.reduce((one, other) => (other.rows > one.rows ? other : one))
  const smallest = labels.reduce((one, other) => (other.rows < one.rows ? other : one))
  const largestShare = largest.rows / total
  const values = { largest: largest.label, largestShare, smallest: smallest.label, smallestRows: smallest.rows }
  const told = `"${largest.label}" is ${asPercent(largestShare)} of the rows, "${smallest.label}" has ${smallest.rows}`
  return largestShare >= 0.8 || smallest.rows * 20 < largest.rows
    ? warn('label-balance', `${told}. Watch macro-F1 rather than accuracy, and label more of the rare classes.`, {
        rows: largest.rows,
        values,
      })
    : pass('label-balance', `${told}.`, values)
}

function examineSmallClasses(rows: readonly RowFacts[], labels: readonly LabelCount[]): Finding {
  const texts = new Map(labels.map(({ label }) => [label, new Set<number>()]))
  for (const { target, group } of rows) texts.get(target)?.add(group)
  const small = [...texts].filter(([, groups]) => groups.size < leastTextsForEverySplit).map(([label]) => label)
  const values = { labels: small.join(', '), minimum: leastTextsForEverySplit }
  if (small.length === 0) return pass('small-class', 'Every class is in every split.', values)
  const concerned = rows.filter(({ target }) => small.includes(target))
  const message =
    `${small.length === 1 ? 'Class' : 'Classes'} ${small.map((label) => `"${label}"`).join(', ')} ` +
    `${small.length === 1 ? 'has' : 'have'} fewer than ${leastTextsForEverySplit} different texts and cannot be in every split. ` +
    'Label more of them, or join them with another class.'
  return warn('small-class', message, { rows: concerned.length, ids: idsOf(concerned), values })
}

function examineConflicts(rows: readonly RowFacts[]): Finding {
  const labelOf = new Map<number, string>()
  const torn = new Set<number>()
  for (const { group, target } of rows) {
    const known = labelOf.get(group)
    if (known === undefined) labelOf.set(group, target)
    else if (known !== target) torn.add(group)
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
