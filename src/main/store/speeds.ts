/** What each backend was measured to do on this machine, so that a quote need not measure again. */
import type { BackendId, BackendReport } from '../../shared/device'
import type { Database } from './database'

export interface BackendSpeed {
  backend: BackendId
  device: string
  gflops: number
}

export interface SpeedStore {
  /** Keeps the best that was measured on each device: a busy machine is slow for a while, not for good. */
  record(reports: readonly BackendReport[], at: string): void
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
    record(reports, at) {
      database.transaction(() => {
        const known = select.all()
        remove.run()
        for (const { id, device, available, gflops } of reports) {
          if (!available || gflops === null) continue
          const before = known.find((speed) => speed.backend === id && speed.device === device)?.gflops ?? 0
          insert.run(id, device, Math.max(gflops, before), at)
        }
      })()
    },
    list: () => select.all(),
    clear: () => void remove.run(),
  }
}
