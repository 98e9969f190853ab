import { describe, expect, test } from 'vitest'
import { categorize } from '../../../src/main/baselines/categories'
import { describeDictionary, readSettings } from '../../../src/main/baselines/options'
import type { Problem } from '../../../src/shared/problem'
import { strategyDescriptionSchema } from '../../../src/shared/strategy'

const problems: Problem[] = [
  { kind: 'single-label', labels: ['a', 'b'] },
  { kind: 'single-label', labels: ['a', 'b', 'c'] },
  { kind: 'multi-label', labels: ['a', 'b', 'c', 'd'], separator: ',' },
  { kind: 'regression', mean: 0, deviation: 1 },
]

describe.each(problems)('$kind', (problem) => {
  test('is described with an export and as many weights as its categories have words at most', () => {
    const described = strategyDescriptionSchema.parse(describeDictionary(problem, { words: 50 }))
    expect(described).toMatchObject({ id: 'dictionary', exportFormats: ['dictionary'], misfit: null })
    const answers = [1, 0, 1, 0, 2, 3, 4, 5].map((answer) => Float32Array.of(answer, 0, 0, 0))
    expect(described.trainableParameters).toBe(50 * categorize(problem, answers).categories.length)
  })

  test('its options, as described, are what is used where nothing is chosen', () => {
    const { options } = describeDictionary(problem)
    const described = Object.fromEntries(options.map(({ name, value }) => [name, value]))
    expect(readSettings({})).toEqual(described)
  })
})

test('a response is no target of a text', () => {
  const described = describeDictionary({ kind: 'instruction', template: '{prompt}' })
  expect(described).toMatchObject({ misfit: 'needs-targets-per-text', exportFormats: [] })
})

test.each([
  ['predictor', 'oracle'],
  ['words', 0],
  ['ngrams', 3],
  ['minimumTexts', 1.5],
])('%s = %s is refused by name', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'recipe-invalid', details: { name } }),
  )
})
