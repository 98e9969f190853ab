/** Scores texts by a dictionary: how much of each category is in them. */
import { type DictionaryTerm, lengthFeature } from '../../shared/dictionary'
import { lengthOf, shareOf } from './corpus'
import { countTerms, wordsOf } from './words'

export interface Scorer {
  /** What each column of `score` is. */
  readonly features: readonly string[]
  /** Per category the sum of weight x share over the terms that the text holds; at the end ln(1 + words). */
  score(text: string): Float32Array // [categories + 1]
  /** Places of the terms that the text holds. */
  termsIn(text: string): number[]
}

export function createScorer(
  terms: readonly Pick<DictionaryTerm, 'term' | 'category' | 'weight'>[],
  categories: readonly string[],
  ngrams: number,
): Scorer {
  const find = createFinder(terms.map(({ term }) => term))
  const categoryOf = terms.map(({ category }) => categories.indexOf(category))
  return {
    features: [...categories, lengthFeature],
    score(text) {
      const words = wordsOf(text)
      const length = lengthOf(countTerms(words, ngrams))
      const scores = new Float64Array(categories.length + 1)
      for (const [index, times] of find(words)) {
        const category = categoryOf[index] as number
        const { weight } = terms[index] as (typeof terms)[number]
        scores[category] = (scores[category] as number) + weight * shareOf(times, length)
      }
      scores[categories.length] = Math.log(1 + words.length)
      return Float32Array.from(scores)
    },
    termsIn: (text) => [...find(wordsOf(text)).keys()],
  }
}

/** Finds how often each term stands in a text; a term may have several words, and an open end. */
function createFinder(terms: readonly string[]): (words: readonly string[]) => Map<number, number> {
  const whole = new Map<string, number[]>()
  /** By how many words the term has; then by its length in characters. */
  const open = new Map<number, Map<number, Map<string, number[]>>>()
  let longest = 1
  for (const [index, term] of terms.entries()) {
    const isOpen = term.endsWith('*')
    const text = isOpen ? term.slice(0, -1) : term
    const size = text.split(' ').length
    longest = Math.max(longest, size)
    if (isOpen) {
      const byLength = ensure(open, size, () => new Map<number, Map<string, number[]>>())
      ensure(
        ensure(byLength, text.length, () => new Map<string, number[]>()),
        text,
        () => [],
      ).push(index)
    } else ensure(whole, text, () => []).push(index)
  }

  return (words) => {
    const found = new Map<number, number>()
    const count = (indices: readonly number[] | undefined) => {
      for (const index of indices ?? []) found.set(index, (found.get(index) ?? 0) + 1)
    }
    for (let at = 0; at < words.length; at++) {
      let text = ''
      for (let size = 1; size <= longest && at + size <= words.length; size++) {
        text = size === 1 ? (words[at] as string) : `${text} ${words[at + size - 1]}`
        count(whole.get(text))
        for (const [length, beginnings] of open.get(size) ?? []) count(beginnings.get(text.slice(0, length)))
      }
    }
    return found
  }
}

function ensure<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}
