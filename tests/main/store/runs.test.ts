import { beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../src/main/store/database'
import { createRunStore, type NewRun, type RunStore } from '../../../src/main/store/runs'
import { openSession, removeDeadSessions } from '../../../src/main/store/sessions'
import type { RunStatus } from '../../../src/shared/run'
import { someRecipe } from '../../support/recipe'

const at = '2026-11-23T12:00:00.000Z'
let database: Database
let runs: RunStore
beforeEach(() => {
  database = openDatabase(':memory:')
  runs = createRunStore(database)
})

const someRun = (changes: Partial<NewRun> = {}): NewRun => ({
  id: 'run-1',
  name: 'First',
  recipe: someRecipe(),
  datasetName: 'Messages',
  modelName: 'Starter',
  problem: { kind: 'single-label', labels: ['bill', 'other'] },
  sessionId: 'session-1',
  createdAt: at,
  ...changes,
})

test('a run comes back as it was put in', () => {
  expect(runs.insert(someRun())).toMatchObject({
    id: 'run-1',
    status: 'queued',
    recipe: someRecipe(),
    problem: { kind: 'single-label', labels: ['bill', 'other'] },
    quote: null,
    result: null,
    failure: null,
    resumable: false,
    createdAt: at,
    startedAt: null,
  })
})

test('the recipe of a run never changes', () => {
  runs.insert(someRun())
  expect(() => database.prepare("UPDATE runs SET recipe = '{}'").run()).toThrow(/never changes/)
})

test('an unknown run is not found', () => {
  expect(() => runs.get('nobody')).toThrow(expect.objectContaining({ code: 'not-found' }))
})

const ways: [RunStatus[], RunStatus, boolean][] = [
  [[], 'running', true],
  [[], 'cancelled', true],
  [[], 'finished', false],
  [['running'], 'finished', true],
  [['running'], 'stopped', true],
  [['running'], 'failed', true],
  [['running'], 'running', false],
  [['running', 'stopped'], 'queued', true],
  [['running', 'interrupted'], 'queued', true],
  [['running', 'failed'], 'running', false],
  [['running', 'finished'], 'queued', false],
  [['running', 'finished'], 'cancelled', false],
  [['cancelled'], 'queued', false],
]
test.each(ways)('queued, %j, then %s: allowed %s', (path, to, allowed) => {
  runs.insert(someRun())
  for (const status of path) runs.move('run-1', status, { at })
  if (allowed) expect(runs.move('run-1', to, { at }).status).toBe(to)
  else expect(() => runs.move('run-1', to, { at })).toThrow(expect.objectContaining({ code: 'run-state' }))
})

test('a run that cannot be resumed says which can', () => {
  runs.insert(someRun())
  for (const status of ['running', 'finished'] as const) runs.move('run-1', status, { at })
  expect(() => runs.move('run-1', 'queued', { at })).toThrow(
    'is finished; only one that was stopped, failed or was interrupted can be resumed.',
  )
})

test('a resumed run loses its failure and its end, and keeps when it first started', () => {
  runs.insert(someRun())
  runs.move('run-1', 'running', { at: '2026-01-01', backend: 'wasm' })
  const failure = { code: 'disk-full', message: 'Full.', details: {} } as const
  expect(runs.move('run-1', 'failed', { at: '2026-01-02', failure })).toMatchObject({
    failure,
    finishedAt: '2026-01-02',
    resumable: true,
  })
  runs.move('run-1', 'queued', { at: '2026-01-03' })
  expect(runs.move('run-1', 'running', { at: '2026-01-04' })).toMatchObject({
    failure: null,
    startedAt: '2026-01-01',
    finishedAt: null,
    backend: 'wasm',
  })
})

test('runs of a process that is gone are interrupted; those of a living one go on', () => {
  const living = openSession(database)
  const dead = openSession(database, 2 ** 22 + 1)
  runs.insert(someRun({ id: 'mine', sessionId: living.id }))
  runs.insert(someRun({ id: 'orphan', sessionId: dead.id }))
  runs.insert(someRun({ id: 'done', sessionId: dead.id }))
  runs.move('orphan', 'running', { at })
  runs.move('done', 'running', { at })
  runs.move('done', 'finished', { at })
  removeDeadSessions(database)
  expect(runs.interruptOrphans(at)).toEqual(['orphan'])
  expect(runs.get('orphan')).toMatchObject({
    status: 'interrupted',
    resumable: true,
    failure: { code: 'worker-exited' },
  })
  expect(runs.get('mine').status).toBe('queued')
  expect(runs.get('done').status).toBe('finished')
})

test('a session that has been silent for long is gone, though its process id lives on in another program', () => {
  const silent = openSession(database)
  database.prepare('UPDATE sessions SET heartbeat_at = ?').run(Date.now() - 3_600_000)
  removeDeadSessions(database)
  expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 0 })
  silent.close()
})
