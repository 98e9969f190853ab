/** What each backend was measured to do on this machine, so that a quote need not measure again. */
import type { BackendId, BackendReport } from '../../shared/device'
import type { Database } from './database'

export interface BackendSpeed {
  backend: BackendId
  device: string
  gflops: number
}

export interface SpeedStore {
  /** Replaces all by what was measured just now. */
  replace(reports: readonly BackendReport[], at: string): void
  list(): BackendSpeed[]
  clear(): void
}

export function createSpeedStore(database: Database): SpeedStore {
  const remove = database.prepare('DELETE FROM backend_speeds')
  const insert = database.prepare(
    'INSERT INTO backend_speeds (backend, device, gflops, measured_at) VALUES (?, ?, ?, ?)',
  )
  const select = database.prepare<[], BackendSpeed>(
    'SELECT backend, device, gflops FROM backend_speeds ORDER BY gflops DESC',
  )
  return {
    replace(reports, at) {
      database.transaction(() => {
        remove.run()
        for (const { id, device, available, gflops } of reports) {
          if (available && gflops !== null) insert.run(id, device, gflops, at)
        }
      })()
    },
    list: () => select.all(),
    clear: () => void remove.run(),
  }
}
