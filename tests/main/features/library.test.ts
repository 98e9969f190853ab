import { expect, test } from 'vitest'
import { needsModel, problemOf } from '../../../src/main/features/library'
import type { Dataset } from '../../../src/shared/dataset'
import { defaultTemplate } from '../../../src/shared/problem'

const dataset = (changes: Partial<Dataset>) =>
  ({
    ...{ id: 'd', name: 'Messages', targetColumn: 'y', task: 'classification', labelSeparator: null, numbers: null },
    labels: [
      { label: 'bill', rows: 3 },
      { label: 'other', rows: 1 },
    ],
    ...changes,
  }) as Dataset
const problem = (changes: Partial<Dataset>, template: string | null = null) => problemOf(dataset(changes), { template })
const numbers = { mean: 2, deviation: 0.5, minimum: 1, maximum: 3 }

test('what is to be learnt follows from the data, and an answering template from the recipe', () => {
  expect(problem({})).toEqual({ kind: 'single-label', labels: ['bill', 'other'] })
  expect(problem({ labelSeparator: '|' })).toEqual({ kind: 'multi-label', labels: ['bill', 'other'], separator: '|' })
  expect(problem({ task: 'regression', numbers })).toEqual({ kind: 'regression', mean: 2, deviation: 0.5 })
  expect(problem({ task: 'instruction' })).toEqual({ kind: 'instruction', template: defaultTemplate })
  expect(problem({ task: 'instruction' }, 'Q: {prompt}')).toEqual({ kind: 'instruction', template: 'Q: {prompt}' })
})

test.each([null, { ...numbers, deviation: 0 }])('numbers that do not vary (%j) cannot be learnt', (none) => {
  expect(() => problem({ task: 'regression', numbers: none })).toThrow(
    expect.objectContaining({ code: 'target-constant', message: expect.stringContaining('"y" of Messages') }),
  )
})

test('only the dictionary works without a model', () => {
  expect([needsModel({ strategy: 'dictionary' }), needsModel({ strategy: 'feature-based' })]).toEqual([false, true])
})
