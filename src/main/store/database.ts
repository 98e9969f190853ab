/** Opens the store: SQLite in WAL mode, shared by the app and the command line, its schema brought up to date. */
import { mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Failure } from '../../shared/failure'
import { migrations as allMigrations } from './migrations'
import type { Migration } from './migrations/migration'

export type Database = Sqlite.Database

/**
 * Opens or creates the store at `file` and applies the migrations it lacks, each in one transaction.
 * Fails with `file-unreadable` where the file is no store or was written by a newer Fino, `write-failed` where its
 * folder cannot be written, `disk-full` where there is no room.
 */
export function openDatabase(file: string, migrations: readonly Migration[] = allMigrations): Database {
  let database: Database | undefined
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    database = new Sqlite(file, { timeout: 10_000 })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database, file, migrations)
    return database
  } catch (thrown) {
    database?.close()
    throw toStoreFailure(thrown, file)
  }
}

/** The number of the last migration applied; 0 for a new store. */
export function schemaVersion(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number
}

function migrate(database: Database, file: string, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.id ?? 0
  const refuseNewer = () => {
    const found = schemaVersion(database)
    if (found > newest) {
      throw new Failure(
        'file-unreadable',
        `The library at ${file} was written by a newer version of Fino (schema ${found}; this one knows ${newest}). ` +
          'Update Fino, or set FINO_HOME to another folder.',
        { file, found, known: newest },
      )
    }
  }
  refuseNewer()
  for (const migration of migrations) {
    // Asked again inside the transaction: another process may have migrated in the meantime.
    database
      .transaction(() => {
        if (schemaVersion(database) >= migration.id) return
        database.exec(migration.up)
        database.pragma(`user_version = ${migration.id}`)
      })
      .immediate()
  }
}

/** A full disk, a damaged or a closed store as a failure that names `file`; anything else is returned as it is. */
export function toStoreFailure(thrown: unknown, file: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new Failure(
      'file-unreadable',
      `The library at ${file} is not a Fino library or is damaged. Move the file away, or set FINO_HOME to another folder.`,
      { file },
    )
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || (code.startsWith('SQLITE_IOERR') && isNearlyFull(file))) {
    return new Failure('disk-full', `The disk that holds ${file} is full. Free some space and try again.`, { file })
  }
  if (
    ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_IOERR', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].some(
      (known) => code.startsWith(known),
    )
  ) {
    return new Failure(
      'write-failed',
      `Fino cannot write its library at ${file}. Check the disk and the folder's permissions, or set FINO_HOME to another folder.`,
      { file },
    )
  }
  return thrown
}

/** SQLite calls a full disk an input/output error where its shared memory or its log has no room. */
function isNearlyFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < 1e6
  } catch {
    return false
  }
}
