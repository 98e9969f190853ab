import { describe, expect, test } from 'vitest'
import { categorize } from '../../../src/main/baselines/categories'
import { readCorpus } from '../../../src/main/baselines/corpus'
import { type DictionaryOptions, learnDictionary } from '../../../src/main/baselines/dictionary'
import { createRandom } from '../../../src/main/engine/random'
import type { Problem } from '../../../src/shared/problem'

const fillers = ['stone', 'river', 'cloud', 'table', 'lamp', 'garden', 'window', 'paper']
const random = createRandom('texts')
const filler = () => fillers[random.integer(fillers.length)] as string

/** Every second text says `splendid` and deserves 2, the others `dreadful` and -2; the rest is chance. */
const texts = Array.from({ length: 40 }, (_, row) => `${filler()} ${row % 2 ? 'splendid' : 'dreadful'} ${filler()}`)
const numbers = texts.map((text) => (text.includes('splendid') ? 2 : -2) + random.normal() / 4)
const regression: Problem = { kind: 'regression', mean: 0, deviation: 1 }
const options: DictionaryOptions = { weighting: 'regression', words: 3, minimumTexts: 2 }

function learn(
  change: {
    texts?: string[]
    numbers?: number[]
    options?: Partial<DictionaryOptions>
    seed?: number
    problem?: Problem
  } = {},
) {
  const settings = { ...options, ...change.options }
  const { terms, table } = drain(readCorpus(change.texts ?? texts, { ngrams: 1, minimumTexts: settings.minimumTexts }))
  const answers = (change.numbers ?? numbers).map((number) => Float32Array.of(number))
  const { categories, targets } = categorize(change.problem ?? regression, answers)
  const { shuffle } = createRandom(change.seed ?? 1)
  const learnt = drain(
    learnDictionary({ terms, table, targets, categories }, settings, { shuffle, isEnough: () => false }),
  )
  return { ...learnt, categories: categories.map(({ name }) => name) }
}

describe.each(['regression', 'correlation'] as const)('weights by %s', (weighting) => {
  test('the words that move the target lead their categories, with the right signs', () => {
    const { terms } = learn({ options: { weighting } })
    const first = (category: string) => terms.find((term) => term.category === category)
    expect(first('positive')).toMatchObject({ term: 'splendid', texts: 20 })
    expect(first('negative')).toMatchObject({ term: 'dreadful', texts: 20 })
    expect(first('positive')?.weight).toBeGreaterThan(0)
    expect(first('negative')?.weight).toBeLessThan(0)
    expect(first('highest quarter')).toMatchObject({ term: 'splendid' })
    expect(first('lowest quarter')).toMatchObject({ term: 'dreadful' })
  })

  test('no category has more words than asked for', () => {
    const { terms, categories } = learn({ options: { weighting, words: 2 } })
    for (const category of categories) {
      expect(terms.filter((term) => term.category === category).length).toBeLessThanOrEqual(2)
    }
  })

  test('the same seed gives the same numbers, another seed other folds', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => learn({ options: { weighting }, seed }))
    expect(again).toEqual(first)
    expect(other?.terms.map(({ term }) => term).sort()).toEqual(first?.terms.map(({ term }) => term).sort())
    expect(other?.outOfFold).not.toEqual(first?.outOfFold)
  })
})

describe('out of fold', () => {
  test("a text's own score does not change with its target", () => {
    const { outOfFold, categories } = learn({ options: { weighting: 'correlation' } })
    const changed = numbers.map((number, row) => (row === 7 ? number + 0.01 : number))
    const after = learn({ numbers: changed, options: { weighting: 'correlation' } }).outOfFold
    // Positive and negative: quarters may lose a text at their borders.
    const scoresOf = (scores: Float64Array, row: number) =>
      scores.slice(row * categories.length, row * categories.length + 2)
    expect(scoresOf(after, 7)).toEqual(scoresOf(outOfFold, 7))
    const others = texts.map((_, row) => row).filter((row) => row !== 7)
    expect(others.some((row) => scoresOf(after, row).join() !== scoresOf(outOfFold, row).join())).toBe(true)
  })

  test('a word that only one text has teaches nothing about that text', () => {
    const withSecret = texts.map((text, row) => (row === 7 ? `${text} secret` : text))
    const { terms, outOfFold, categories } = learn({ texts: withSecret, options: { minimumTexts: 1, words: 100 } })
    expect(terms.some(({ term }) => term === 'secret')).toBe(true)
    const share = outOfFold[7 * categories.length] as number
    const without = learn({ options: { minimumTexts: 1, words: 100 } }).outOfFold[7 * categories.length] as number
    // The same words, in a text that is a word longer.
    expect(share / without).toBeCloseTo(Math.sqrt(3 / 4), 6)
  })

  test('scores tell the target of texts that were held out', () => {
    const { outOfFold, categories } = learn()
    const right = texts.filter((_, row) => {
      const [up = 0, down = 0] = outOfFold.slice(row * categories.length)
      return up + down > 0 === (numbers[row] as number) > 0
    })
    expect(right).toHaveLength(texts.length)
  })
})

describe('classes', () => {
  test('of two, what speaks for one speaks against the other: both lists have positive weights', () => {
    const problem: Problem = { kind: 'single-label', labels: ['bad', 'good'] }
    const { terms } = learn({ problem, numbers: numbers.map((number) => (number > 0 ? 1 : 0)) })
    expect(terms.find(({ category }) => category === 'good')?.term).toBe('splendid')
    expect(terms.find(({ category }) => category === 'bad')?.term).toBe('dreadful')
    expect(terms.every(({ weight }) => weight > 0)).toBe(true)
  })

  test('of more, each has words of its own', () => {
    const kinds = ['splendid', 'dreadful', 'middling']
    const three = Array.from({ length: 45 }, (_, row) => `${filler()} ${kinds[row % 3]} ${filler()}`)
    const problem: Problem = { kind: 'single-label', labels: kinds }
    const { terms } = learn({ texts: three, numbers: three.map((_, row) => row % 3), problem })
    for (const kind of kinds) expect(terms.find(({ category }) => category === kind)?.term).toBe(kind)
  })
})

describe('quarters', () => {
  const names = (values: number[]) =>
    categorize(
      regression,
      values.map((value) => Float32Array.of(value)),
    )

  test('each has its texts', () => {
    const { categories, targets } = names([1, 2, 3, 4, 5, 6, 7, 8])
    expect(categories.map(({ name }) => name).slice(2)).toEqual([
      'lowest quarter',
      'second quarter',
      'third quarter',
      'highest quarter',
    ])
    expect(targets.slice(1).map((belongs) => [...belongs].join(''))).toEqual([
      '11000000',
      '00110000',
      '00001100',
      '00000011',
    ])
  })

  test('those that hold nothing are left out, and every text is in one', () => {
    const { categories, targets } = names([0, 0, 0, 0, 0, 0, 1, 1])
    expect(categories.map(({ name }) => name).slice(2)).toEqual(['third quarter', 'highest quarter'])
    expect(targets.slice(1).map((belongs) => [...belongs].join(''))).toEqual(['11111100', '00000011'])
  })
})

function drain<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}
