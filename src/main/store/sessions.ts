/** Processes that have the store open, so that a run whose process is gone can be told from one that goes on. */
import { randomUUID } from 'node:crypto'
import { SqliteError } from 'better-sqlite3'
import type { Database } from './database'

/** A process id can be given to another program; a session that has been silent for this long is gone. */
const silenceMs = 120_000

export interface Session {
  readonly id: string
  /** Says that this process is still there; to be called every few seconds. */
  beat(): void
  close(): void
}

export function openSession(database: Database, pid = process.pid): Session {
  const id = randomUUID()
  database.prepare('INSERT INTO sessions (id, pid, heartbeat_at) VALUES (?, ?, ?)').run(id, pid, Date.now())
  const beat = database.prepare('UPDATE sessions SET heartbeat_at = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?')
  return {
    id,
    beat: () => attempt(() => beat.run(Date.now(), id)),
    close: () => attempt(() => remove.run(id)),
  }
}

/** A disk without room must end neither the program nor what it was about to say; a silent session is found out later. */
function attempt(write: () => void): void {
  try {
    write()
  } catch (thrown) {
    if (!(thrown instanceof SqliteError)) throw thrown
  }
}

/** Forgets the sessions whose process is gone. */
export function removeDeadSessions(database: Database): void {
  const sessions = database.prepare('SELECT id, pid, heartbeat_at AS heartbeatAt FROM sessions').all() as {
    id: string
    pid: number
    heartbeatAt: number
  }[]
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?')
  for (const { id, pid, heartbeatAt } of sessions) {
    if (!processExists(pid) || Date.now() - heartbeatAt > silenceMs) remove.run(id)
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // EPERM: it exists and belongs to someone else.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
