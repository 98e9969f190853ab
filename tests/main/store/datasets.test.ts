import { expect, it } from 'vitest'
import { openDatabase } from '../../../src/main/store/database'
import { createDatasetStore } from '../../../src/main/store/datasets'
import type { Dataset } from '../../../src/shared/dataset'
import { Failure } from '../../../src/shared/failure'

const dataset = (id: string, change: Partial<Dataset> = {}): Dataset => ({
  id,
  name: 'Messages',
  fileName: 'messages.csv',
  contentHash: 'abc',
  task: 'classification',
  encoding: 'utf-16le',
  delimiter: '\t',
  columns: ['text', 'rótulo "x"'],
  textColumn: 'text',
  targetColumn: 'rótulo "x"',
  contextColumn: null,
  groupColumn: 'autor',
  labelSeparator: '; ',
  numbers: { mean: 1.5, deviation: 0.25, minimum: -1, maximum: 2 },
  rows: 12,
  labels: [{ label: "it's", rows: 12 }],
  splits: { train: 8, validation: 2, test: 2 },
  splitSeed: 3,
  warnings: [{ code: 'few-rows', level: 'warn', message: 'm', rows: 12, examples: [1], values: { advised: 100 } }],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...change,
})

it('gives back what was put in, newest first', () => {
  const store = createDatasetStore(openDatabase(':memory:'))
  store.insert(dataset('one'))
  store.insert(dataset('two', { contentHash: 'def', createdAt: '2026-01-02T00:00:00.000Z' }))
  expect(store.get('one')).toEqual(dataset('one'))
  expect(store.list().map(({ id }) => id)).toEqual(['two', 'one'])
  expect(store.withContent('abc').map(({ id }) => id)).toEqual(['one'])
  expect(store.countRuns('one')).toBe(0)
})

it('changes what a split changes and nothing else, and removes', () => {
  const store = createDatasetStore(openDatabase(':memory:'))
  store.insert(dataset('one'))
  const changed = dataset('one', {
    splitSeed: 9,
    splits: { train: 6, validation: 3, test: 3 },
    rows: 11,
    numbers: null,
  })
  expect(store.update({ ...changed, name: 'Another', textColumn: 'other' })).toEqual(changed)
  store.remove('one')
  expect(store.list()).toEqual([])
  expect(() => store.get('one')).toThrow(Failure)
  expect(() => store.get('one')).toThrow(/import the file again/)
})
