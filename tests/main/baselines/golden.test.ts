/** The dictionary's numbers beside scikit-learn's; tests/golden/make_dictionary.py wrote those. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCorpus } from '../../../src/main/baselines/corpus'
import { learnDictionary } from '../../../src/main/baselines/dictionary'
import { fitRidge } from '../../../src/main/baselines/ridge'

type Named = Record<string, number>
interface Fit {
  shares: Named[]
  ridge: Record<string, { weights: Named; bias: number }>
  correlations: Named
}
interface Expected {
  texts: string[]
  targets: number[]
  words: Fit
  wordsAndPairs: Fit
}

const file = join(import.meta.dirname, '../../golden/dictionary/expected.json')
const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected
const targets = Float64Array.from(expected.targets)

describe.each([
  ['words', 1],
  ['wordsAndPairs', 2],
] as const)('%s', (name, ngrams) => {
  const { terms, table } = drain(readCorpus(expected.texts, { ngrams, minimumTexts: 1 }))
  const byName = (values: ArrayLike<number>): Named =>
    Object.fromEntries(terms.map((term, column) => [term, values[column] as number]))

  test('shares of terms are those of TfidfVectorizer (sublinear_tf, no idf)', () => {
    expect(expected[name].shares).toHaveLength(table.starts.length - 1)
    for (const [row, shares] of expected[name].shares.entries()) {
      const found: Named = {}
      for (let at = table.starts[row] as number; at < (table.starts[row + 1] as number); at++) {
        found[terms[table.columns[at] as number] as string] = table.values[at] as number
      }
      expectClose(found, shares, 1e-12)
    }
  })

  test.each(Object.keys(expected.words.ridge))('ridge regression with penalty %s is that of Ridge', (penalty) => {
    const { weights, bias } = fitRidge(table, targets, { penalty: Number(penalty), tolerance: 1e-12 })
    const ridge = expected[name].ridge[penalty] as Fit['ridge'][string]
    expectClose(byName(weights), ridge.weights, 1e-9)
    expect(bias).toBeCloseTo(ridge.bias, 9)
  })

  test('weights by correlation are those of numpy.corrcoef', () => {
    const categories = [
      { name: 'up', target: 0, side: 1, factor: 1 },
      { name: 'down', target: 0, side: -1, factor: 1 },
    ] as const
    const learning = learnDictionary(
      { terms, table, targets: [targets], categories },
      { weighting: 'correlation', words: 1000, minimumTexts: 1 },
      { shuffle: (rows) => [...rows], isEnough: () => false },
    )
    const found = Object.fromEntries(drain(learning).terms.map(({ term, weight }) => [term, weight]))
    expectClose(found, expected[name].correlations, 1e-9)
  })
})

function expectClose(found: Named, wanted: Named, tolerance: number): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort())
  const apart = Object.entries(wanted).map(([term, value]) => Math.abs(value - (found[term] as number)))
  expect(Math.max(...apart)).toBeLessThan(tolerance)
}

function drain<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const next = work.next()
    if (next.done) return next.value
  }
}
