import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase, schemaVersion, toStoreFailure } from '../../../src/main/store/database'
import { migrations } from '../../../src/main/store/migrations'
import { mountSmallDisk, temporaryFolder } from '../../support/files'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fino-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const first = { id: 1, name: 'first', up: 'CREATE TABLE a (x INTEGER)' }

test('migrations are numbered without gaps, in order', () => {
  expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, index) => index + 1))
})

test('a new store gets every migration, WAL and foreign keys', () => {
  const database = openDatabase(join(folder, 'deep', 'fino.db'))
  expect(schemaVersion(database)).toBe(migrations.length)
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(database.pragma('foreign_keys', { simple: true })).toBe(1)
  database.close()
})

test('an older store is brought up to date and keeps its rows', () => {
  const file = join(folder, 'fino.db')
  const old = openDatabase(file, [first])
  old.exec('INSERT INTO a VALUES (42)')
  old.close()
  const second = { id: 2, name: 'second', up: 'ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 1' }
  const database = openDatabase(file, [first, second])
  expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 42, y: 1 }])
  database.close()
})

test('a migration that fails leaves no trace of itself', () => {
  const file = join(folder, 'fino.db')
  const broken = { id: 2, name: 'broken', up: 'CREATE TABLE b (x INTEGER); CREATE TABLE nonsense (' }
  expect(() => openDatabase(file, [first, broken])).toThrow()
  const database = openDatabase(file, [first])
  expect(schemaVersion(database)).toBe(1)
  expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'b'").all()).toEqual([])
  database.close()
})

test('a store of a newer version is refused', () => {
  const file = join(folder, 'fino.db')
  openDatabase(file, [first, { id: 2, name: 'newer', up: 'CREATE TABLE b (x INTEGER)' }]).close()
  expect(() => openDatabase(file, [first])).toThrow(
    expect.objectContaining({ code: 'file-unreadable', message: expect.stringContaining('newer version') }),
  )
})

test('a file that is no store is refused and left alone', () => {
  const file = join(folder, 'fino.db')
  writeFileSync(file, 'a letter to a friend, long enough to be no database at all\n'.repeat(50))
  expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
})

test('a folder that cannot be made is a clear failure', () => {
  const inTheWay = join(folder, 'file')
  writeFileSync(inTheWay, '')
  expect(() => openDatabase(join(inTheWay, 'fino.db'))).toThrow(expect.objectContaining({ code: 'write-failed' }))
})

test('a disk error is told apart from a full disk', () => {
  const thrown = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
  expect(toStoreFailure(thrown, join(folder, 'fino.db'))).toMatchObject({ code: 'write-failed' })
})

test('a disk without room for the store is full, not broken', async (context) => {
  const disk = await temporaryFolder()
  if (!mountSmallDisk(disk)) return context.skip('this machine lets no test mount a small disk')
  const file = join(disk, 'fino.db')
  openDatabase(file).close()
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(2e6))
  } catch {
    // It is to fill the disk.
  }
  expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'disk-full' }))
})

test('two processes may have it open: what one writes the other reads', () => {
  const file = join(folder, 'fino.db')
  const one = openDatabase(file)
  const other = openDatabase(file)
  one.prepare("INSERT INTO settings VALUES ('language', '\"pt\"')").run()
  expect(other.prepare('SELECT value FROM settings').get()).toEqual({ value: '"pt"' })
  one.close()
  other.close()
})
