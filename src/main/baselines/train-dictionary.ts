/** From texts and what they should give to a dictionary with its predictor. */
import type { DictionaryTerm } from '../../shared/dictionary'
import { Failure } from '../../shared/failure'
import type { Problem } from '../../shared/problem'
import { categorize } from './categories'
import { readCorpus } from './corpus'
import { learnDictionary } from './dictionary'
import type { TrainedDictionary } from './dictionary-folder'
import type { LinearSolver } from './linear-predictor'
import type { DictionarySettings } from './options'
import { fitPredictor } from './predictor'
import { createScorer } from './scorer'
import type { WordListTerm } from './word-list'

export interface DictionaryTask {
  readonly problem: Problem
  readonly texts: readonly string[]
  /** A class id, one 0 or 1 per class, or a standardized number, as the problem's objective has it. */
  readonly answers: readonly Float32Array[]
  /** How much the predictor heeds each text, with a mean of 1; null = 1 for all. Words are chosen without them. */
  readonly weights: readonly number[] | null
  readonly settings: DictionarySettings
  /** The analyst's own words; null = none. */
  readonly wordList: readonly WordListTerm[] | null
  readonly solver: LinearSolver
  /** Decides which texts are held out together. */
  readonly shuffle: (rows: readonly number[]) => number[]
  /** Asked now and then: to be done soon. */
  readonly isEnough: () => boolean
}

export interface DictionaryEvent {
  readonly phase: 'encoding' | 'training'
  readonly done: number
  readonly total: number
}

/** The predictor's share of the work, in parts of the search for words. */
const predictorParts = 2

/** The same task gives the same dictionary. Fails with `dataset-too-small` or `recipe-invalid`. */
export async function* trainDictionary(task: DictionaryTask): AsyncGenerator<DictionaryEvent, TrainedDictionary> {
  const { problem, texts, answers, weights, settings, solver } = task
  const { terms, categories, held } = yield* gatherWords(task)

  const scorer = createScorer(terms, categories, settings.ngrams)
  const width = scorer.features.length
  const features = new Float32Array(texts.length * width)
  for (const [row, text] of texts.entries()) {
    features.set(scorer.score(text), row * width)
    features.set(held.scores.subarray(row * held.categories, (row + 1) * held.categories), row * width)
  }
  const table = { names: scorer.features, features, answers, weights }
  const fitting = fitPredictor(settings.predictor, problem, table, solver)
  let next = await fitting.next()
  while (!next.done) {
    yield { phase: 'training', done: held.parts, total: held.parts + predictorParts }
    next = await fitting.next()
  }
  return { problem, ngrams: settings.ngrams, categories, terms, scorer, predictor: next.value }
}

interface Gathered {
  readonly terms: DictionaryTerm[]
  readonly categories: string[]
  /** Scores in the first categories, those that were learnt: each text's by words learnt from other texts. */
  readonly held: { readonly scores: Float64Array; readonly categories: number; readonly parts: number }
}

function* gatherWords(task: DictionaryTask): Generator<DictionaryEvent, Gathered> {
  const { problem, texts, answers, settings, wordList, shuffle, isEnough } = task
  const listed = settings.dictionarySource === 'learned' ? [] : (wordList ?? [])
  if (settings.dictionarySource === 'list' && listed.length === 0) {
    throw new Failure('recipe-invalid', 'No word list is chosen. Choose one, or let the words be learnt from the data.')
  }
  if (settings.dictionarySource === 'list') {
    const own = withTexts(listed, new Set(), texts)
    return { ...own, held: { scores: new Float64Array(0), categories: 0, parts: 0 } }
  }

  const reading = readCorpus(texts, settings)
  let read = reading.next()
  while (!read.done) {
    yield { phase: 'encoding', ...read.value }
    read = reading.next()
  }
  const { table, terms } = read.value
  if (terms.length === 0 || texts.length < 2) {
    throw new Failure(
      'dataset-too-small',
      `No word stands in ${settings.minimumTexts} of the ${texts.length} training texts. Import more rows, or ask for fewer texts per word.`,
    )
  }
  const { categories, targets } = categorize(problem, answers)
  const learning = learnDictionary({ terms, table, targets, categories }, settings, { shuffle, isEnough })
  let learnt = learning.next()
  let parts = 0
  while (!learnt.done) {
    const { done, total } = learnt.value
    parts = total
    yield { phase: 'training', done, total: total + predictorParts }
    learnt = learning.next()
  }
  const names = categories.map(({ name }) => name)
  const own = withTexts(listed, new Set(names), texts)
  return {
    terms: [...learnt.value.terms, ...own.terms],
    categories: [...names, ...own.categories],
    held: { scores: learnt.value.outOfFold, categories: names.length, parts },
  }
}

/** An analyst's category that is called as a learnt one stays a category of its own. */
function withTexts(
  listed: readonly WordListTerm[],
  taken: ReadonlySet<string>,
  texts: readonly string[],
): Pick<Gathered, 'terms' | 'categories'> {
  const named = listed.map((term) => ({
    ...term,
    category: taken.has(term.category) ? `${term.category} (list)` : term.category,
  }))
  const categories = [...new Set(named.map(({ category }) => category))]
  const { termsIn } = createScorer(named, categories, 1)
  const counts = named.map(() => 0)
  for (const text of texts) for (const index of termsIn(text)) counts[index] = (counts[index] ?? 0) + 1
  return { categories, terms: named.map((term, index) => ({ ...term, texts: counts[index] ?? 0 })) }
}

/** What the predictor says of each text, as the problem's objective measures it. */
export function* applyDictionary(
  { scorer, predictor }: Pick<TrainedDictionary, 'scorer' | 'predictor'>,
  texts: readonly string[],
): Generator<{ done: number; total: number }, Float32Array> {
  const width = scorer.features.length
  const features = new Float32Array(texts.length * width)
  for (const [row, text] of texts.entries()) {
    features.set(scorer.score(text), row * width)
    if (row % 200 === 199) yield { done: row + 1, total: texts.length }
  }
  return texts.length === 0 ? new Float32Array(0) : predictor.predict(features)
}
