import { beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../src/main/store/database'
import { createMetricStore } from '../../../src/main/store/metrics'
import { createRunStore } from '../../../src/main/store/runs'
import { someRecipe } from '../../support/recipe'

let database: Database
beforeEach(() => {
  database = openDatabase(':memory:')
  createRunStore(database).insert({
    id: 'run',
    name: 'Run',
    recipe: someRecipe(),
    datasetName: 'd',
    modelName: 'm',
    problem: { kind: 'single-label', labels: [] },
    sessionId: 's',
    createdAt: '2026',
  })
})

test('points come back by step; a step told again replaces the first; what is no number is left out', () => {
  const metrics = createMetricStore(database)
  metrics.add('run', [
    { step: 2, name: 'train/loss', value: 0.5 },
    { step: 1, name: 'train/loss', value: 0.7 },
    { step: 3, name: 'train/loss', value: Number.NaN },
  ])
  metrics.add('run', [{ step: 2, name: 'train/loss', value: 0.4 }])
  expect(metrics.points('run')).toEqual([
    { step: 1, name: 'train/loss', value: 0.7 },
    { step: 2, name: 'train/loss', value: 0.4 },
  ])
})

test('test rows are found by target and prediction, in the order of the file or by their loss', () => {
  const metrics = createMetricStore(database)
  const row = (id: number, target: string, predicted: string, loss: number) => ({
    ...{ id, text: `text ${id}`, target, predicted, loss },
    probability: id === 2 ? null : 0.5,
  })
  metrics.replaceTestRows('run', [row(9, 'x', 'x', 0.1)])
  metrics.replaceTestRows('run', [row(3, 'a', 'b', 0.9), row(1, 'a', 'b', 0.6), row(2, 'a', 'a', 0.2)])
  expect(metrics.testRows('run', { target: 'a', predicted: 'b', limit: 1, order: 'worst' })).toEqual({
    rows: [row(3, 'a', 'b', 0.9)],
    total: 2,
  })
  const ids = (order?: 'worst' | 'best') => metrics.testRows('run', { limit: 10, order }).rows.map(({ id }) => id)
  expect([ids(), ids('worst'), ids('best')]).toEqual([
    [1, 2, 3],
    [3, 1, 2],
    [2, 1, 3],
  ])
  expect(metrics.testRows('run', { limit: 10 }).rows[1]).toEqual(row(2, 'a', 'a', 0.2))
})

test('a removed run takes its points and rows along', () => {
  const metrics = createMetricStore(database)
  metrics.add('run', [{ step: 1, name: 'train/loss', value: 1 }])
  createRunStore(database).remove('run')
  expect(metrics.points('run')).toEqual([])
})
