/**
 * Learns a dictionary from texts and targets: which words move the target, in which direction and how far.
 * After OCoDi (Haeffner, Hofer, Nagl and Walterskirchen 2023, Political Analysis 31:481-499), whose weights are a neural
 * network's sensitivities; here they are a ridge regression's, or each word's own correlation.
 */
import type { DictionaryTerm } from '../../shared/dictionary'
import type { Category } from './categories'
import { fitRidge } from './ridge'
import {
  columnMoments,
  countEntries,
  countRows,
  multiply,
  multiplyTransposed,
  type SparseRows,
  selectColumns,
  selectRows,
} from './sparse-rows'

export const weightings = ['regression', 'correlation'] as const
export type Weighting = (typeof weightings)[number]

export interface DictionaryOptions {
  readonly weighting: Weighting
  /** Most words of a category. */
  readonly words: number
  /** Fewest training texts that must hold a word. */
  readonly minimumTexts: number
}

export interface LearnedDictionary {
  readonly terms: DictionaryTerm[]
  /**
   * Scores of each training text by a dictionary learnt without it, [rows * categories]: what a predictor may be fitted
   * on, since words that only seem to matter have been given their weights by other texts.
   */
  readonly outOfFold: Float64Array
}

const folds = 5
/** Ridge penalties from the strongest; the first that is followed by a worse one is taken. */
const penalties = [30, 10, 3, 1, 0.3, 0.1]

/**
 * @param table share of each term (column) in each text (row)
 * @param targets one list for each output
 * @param shuffle decides the folds
 * @param isEnough asked after each penalty that was tried: the best so far is then taken
 */
export function* learnDictionary(
  {
    terms,
    table,
    targets,
    categories,
  }: {
    terms: readonly string[]
    table: SparseRows
    targets: readonly Float64Array[]
    categories: readonly Category[]
  },
  options: DictionaryOptions,
  { shuffle, isEnough }: { shuffle: (rows: readonly number[]) => number[]; isEnough: () => boolean },
): Generator<{ done: number; total: number }, LearnedDictionary> {
  const rows = countRows(table)
  const parts = assignFolds(rows, shuffle).map((fold) => splitOff(table, targets, fold, options.minimumTexts))
  const total = (options.weighting === 'regression' ? penalties.length : 0) + parts.length + 1
  let done = 0

  let penalty = 0
  if (options.weighting === 'regression') {
    let least = Number.POSITIVE_INFINITY
    let starts: (Float64Array[] | undefined)[] = parts.map(() => undefined)
    for (const candidate of penalties) {
      let error = 0
      starts = parts.map((part, index) => {
        const fits = part.targets.map((target, output) =>
          fitRidge(part.known, target, { penalty: candidate, start: starts[index]?.[output] }),
        )
        for (const [output, { weights, bias }] of fits.entries()) {
          const heldOut = part.heldOutTargets[output] as Float64Array
          multiply(part.heldOut, weights).forEach((value, row) => {
            error += (value + bias - (heldOut[row] as number)) ** 2
          })
        }
        return fits.map(({ weights }) => weights)
      })
      yield { done: ++done, total }
      if (error >= least) break
      least = error
      penalty = candidate
      if (isEnough()) break
    }
    done = penalties.length
  }

  const outOfFold = new Float64Array(rows * categories.length)
  for (const part of parts) {
    const weights = weigh(part.known, part.targets, categories, { ...options, penalty })
    for (const [category, vector] of weights.entries()) {
      multiply(part.heldOut, vector).forEach((score, row) => {
        outOfFold[(part.rows[row] as number) * categories.length + category] = score
      })
    }
    yield { done: ++done, total }
  }

  const weights = weigh(table, targets, categories, { ...options, penalty })
  const texts = countEntries(table)
  yield { done: total, total }
  return { outOfFold, terms: toTerms(weights, terms, texts, categories) }
}

/** Every category's weight of every column; 0 = the word is not in the category. */
function weigh(
  table: SparseRows,
  targets: readonly Float64Array[],
  categories: readonly Category[],
  options: DictionaryOptions & { penalty: number },
): Float64Array[] {
  const { deviation } = columnMoments(table)
  const chosen = targets.map((target, index) => {
    const own = categories.filter((category) => category.target === index)
    if (options.weighting === 'correlation') {
      const effects = correlate(table, target, deviation)
      return { effects, members: own.map((category) => strongest(effects, effects, category.side, options.words)) }
    }
    const effects = fitRidge(table, target, options).weights
    const movements = effects.map((effect, column) => effect * (deviation[column] as number))
    const members = own.map((category) => strongest(effects, movements, category.side, options.words))
    return { effects: refit(table, target, effects, members.flat(), options), members }
  })
  return categories.map((category) => {
    const { effects, members } = chosen[category.target] as (typeof chosen)[number]
    const own = categories.filter(({ target }) => target === category.target)
    const weights = new Float64Array(table.width)
    for (const column of members[own.indexOf(category)] ?? []) {
      const effect = effects[column] as number
      if (effect * category.side > 0) weights[column] = effect * category.factor
    }
    return weights
  })
}

/** The `most` columns whose movement goes to `side` furthest. */
function strongest(effects: Float64Array, movements: Float64Array, side: 1 | -1, most: number): number[] {
  return Array.from(effects.keys())
    .filter((column) => (movements[column] as number) * side > 0)
    .sort((left, right) => side * ((movements[right] as number) - (movements[left] as number)) || left - right)
    .slice(0, most)
}

/** The effects of the columns named when there are no others. */
function refit(
  table: SparseRows,
  target: Float64Array,
  effects: Float64Array,
  columns: readonly number[],
  { penalty }: { penalty: number },
): Float64Array {
  if (columns.length === table.width) return effects
  const keptAs = new Int32Array(table.width).fill(-1)
  for (const [at, column] of columns.entries()) keptAs[column] = at
  const start = Float64Array.from(columns, (column) => effects[column] as number)
  const { weights } = fitRidge(selectColumns(table, keptAs, columns.length), target, { penalty, start })
  const result = new Float64Array(table.width)
  for (const [at, column] of columns.entries()) result[column] = weights[at] as number
  return result
}

/** Pearson's correlation of every column with the target. */
function correlate(table: SparseRows, target: Float64Array, deviation: Float64Array): Float64Array {
  const centre = target.reduce((sum, value) => sum + value, 0) / target.length
  const centred = target.map((value) => value - centre)
  const spread = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / target.length)
  return multiplyTransposed(table, centred).map((product, column) => {
    const scale = spread * (deviation[column] as number) * target.length
    return scale > 0 ? product / scale : 0
  })
}

interface Part {
  /** The rows held out. */
  readonly rows: readonly number[]
  readonly known: SparseRows
  readonly heldOut: SparseRows
  readonly targets: readonly Float64Array[]
  readonly heldOutTargets: readonly Float64Array[]
}

function assignFolds(rows: number, shuffle: (rows: readonly number[]) => number[]): number[][] {
  const order = shuffle(Array.from({ length: rows }, (_, row) => row))
  const count = Math.min(folds, rows)
  return Array.from({ length: count }, (_, fold) =>
    order.filter((_row, at) => at % count === fold).sort((a, b) => a - b),
  )
}

/** The columns are those that enough of the known texts hold: a held-out text teaches not even its words. */
function splitOff(
  table: SparseRows,
  targets: readonly Float64Array[],
  rows: readonly number[],
  minimumTexts: number,
): Part {
  const out = new Set(rows)
  const rest = Array.from({ length: countRows(table) }, (_, row) => row).filter((row) => !out.has(row))
  const known = selectRows(table, rest)
  const keptAs = new Int32Array(table.width).fill(-1)
  let width = 0
  countEntries(known).forEach((texts, column) => {
    if (texts >= minimumTexts) keptAs[column] = width++
  })
  const pick = (wanted: readonly number[]) =>
    targets.map((target) => Float64Array.from(wanted, (row) => target[row] as number))
  return {
    rows,
    known: selectColumns(known, keptAs, width),
    heldOut: selectColumns(selectRows(table, rows), keptAs, width),
    targets: pick(rest),
    heldOutTargets: pick(rows),
  }
}

function toTerms(
  weights: readonly Float64Array[],
  terms: readonly string[],
  texts: Int32Array,
  categories: readonly Category[],
): DictionaryTerm[] {
  return categories.flatMap(({ name }, category) =>
    terms
      .map((term, column) => ({
        term,
        category: name,
        weight: weights[category]?.[column] as number,
        texts: texts[column] as number,
      }))
      .filter(({ weight }) => weight !== 0)
      .sort((left, right) => Math.abs(right.weight) - Math.abs(left.weight) || (left.term < right.term ? -1 : 1)),
  )
}
