import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/main/store/database'
import { openSession, removeDeadSessions } from '../../../src/main/store/sessions'

const ids = (database: ReturnType<typeof openDatabase>) => database.prepare('SELECT id FROM sessions').pluck().all()

test('a session is there until it is closed', () => {
  const database = openDatabase(':memory:')
  const session = openSession(database)
  session.beat()
  removeDeadSessions(database)
  expect(ids(database)).toEqual([session.id])
  session.close()
  expect(ids(database)).toEqual([])
})

test('a store that cannot be written ends neither heartbeat nor farewell', () => {
  const database = openDatabase(':memory:')
  const session = openSession(database)
  database.pragma('query_only = ON')
  expect(() => session.beat()).not.toThrow()
  expect(() => session.close()).not.toThrow()
})
