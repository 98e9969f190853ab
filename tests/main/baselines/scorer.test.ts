import { describe, expect, test } from 'vitest'
import { createScorer } from '../../../src/main/baselines/scorer'

const term = (text: string, category = 'a', weight = 1) => ({ term: text, category, weight })
const found = (terms: string[], text: string) =>
  createScorer(
    terms.map((one) => term(one)),
    ['a'],
    1,
  )
    .termsIn(text)
    .map((index) => terms[index])
    .sort()

describe('matching', () => {
  test('a term is a whole word', () => {
    expect(found(['tax', 'taxes'], 'Taxes!')).toEqual(['taxes'])
  })

  test('an open end stands for every word that begins so, the beginning alone included', () => {
    expect(found(['tax*'], 'tax')).toEqual(['tax*'])
    expect(found(['tax*'], 'taxation')).toEqual(['tax*'])
    expect(found(['tax*'], 'syntax ta x')).toEqual([])
  })

  test('a term of several words is found across punctuation, also with an open end', () => {
    const terms = ['climate change', 'climate chang*', 'climat*']
    expect(found(terms, 'Climate: change')).toEqual(terms.toSorted())
    expect(found(terms, 'climates change')).toEqual(['climat*'])
    expect(found(terms, 'climate')).toEqual(['climat*'])
  })
})

describe('scoring', () => {
  test('weight x (1 + ln times) / length, per category, and the length at the end', () => {
    const scorer = createScorer([term('good*', 'praise', 2), term('bad', 'blame', -1)], ['praise', 'blame'], 1)
    expect(scorer.features).toEqual(['praise', 'blame', 'ln(1 + words)'])
    // good 2, goods 1, bad 1: the open term is said three times.
    const length = Math.hypot(1 + Math.log(2), 1, 1)
    const [praise, blame, words] = scorer.score('Good good goods, bad')
    expect(praise).toBeCloseTo((2 * (1 + Math.log(3))) / length, 6)
    expect(blame).toBeCloseTo(-1 / length, 6)
    expect(words).toBeCloseTo(Math.log(5), 6)
  })

  test('a word may stand in several categories', () => {
    const scorer = createScorer([term('tax', 'x', 1), term('tax', 'y', 3)], ['x', 'y'], 1)
    expect([...scorer.score('tax')].slice(0, 2)).toEqual([1, 3])
  })

  test('a text without words scores nothing', () => {
    expect([...createScorer([term('tax')], ['a'], 1).score('?!')]).toEqual([0, 0])
  })
})
