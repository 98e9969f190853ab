import { beforeEach, expect, test } from 'vitest'
import { type CheckpointStore, createCheckpointStore } from '../../../src/main/store/checkpoints'
import { openDatabase } from '../../../src/main/store/database'
import { createRunStore, type RunStore } from '../../../src/main/store/runs'
import { someRecipe } from '../../support/recipe'

const savedAt = '2026-11-23T12:00:00.000Z'
let runs: RunStore
let checkpoints: CheckpointStore

beforeEach(() => {
  const database = openDatabase(':memory:')
  runs = createRunStore(database)
  checkpoints = createCheckpointStore(database)
  runs.insert({
    id: 'run-1',
    name: 'First',
    recipe: someRecipe(),
    datasetName: 'Messages',
    modelName: 'Starter',
    problem: { kind: 'single-label', labels: ['bill', 'other'] },
    sessionId: 'session-1',
    createdAt: savedAt,
  })
})

test('the latest checkpoint replaces the one before', () => {
  expect(checkpoints.get('run-1')).toBeNull()
  checkpoints.set('run-1', { step: 21, byteLength: 1000, savedAt })
  checkpoints.set('run-1', { step: 42, byteLength: 1001, savedAt })
  expect(checkpoints.get('run-1')).toEqual({ step: 42, byteLength: 1001, savedAt })
})

test('a checkpoint goes when it is removed, and with its run', () => {
  checkpoints.set('run-1', { step: 21, byteLength: 1000, savedAt })
  checkpoints.remove('run-1')
  expect(checkpoints.get('run-1')).toBeNull()
  checkpoints.set('run-1', { step: 42, byteLength: 1000, savedAt })
  runs.remove('run-1')
  expect(checkpoints.get('run-1')).toBeNull()
})

test('no run, no checkpoint', () => {
  expect(() => checkpoints.set('nobody', { step: 1, byteLength: 1, savedAt })).toThrow(/FOREIGN KEY/)
})
