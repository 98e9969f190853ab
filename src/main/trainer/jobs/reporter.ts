/** Sends progress at most ten times a second; every metric point arrives, and the last word is never lost. */
import type { MetricPoint, Progress } from '../../../shared/run'
import type { WorkerMessage } from '../contract'

export interface Reporter {
  progress(progress: Progress, points: readonly MetricPoint[]): void
  counted(done: number, total: number): void
  checkpoint(step: number, byteLength: number): void
  /** Sends what waits. */
  flush(): void
}

const intervalMs = 100

export function createReporter(id: number, send: (message: WorkerMessage) => void, clock: () => number): Reporter {
  let sentAt = Number.NEGATIVE_INFINITY
  let progress: Progress | null = null
  let points: MetricPoint[] = []
  let counted: { done: number; total: number } | null = null

  const flush = () => {
    if (progress) send({ kind: 'progress', id, progress, points })
    if (counted) send({ kind: 'counted', id, ...counted })
    if (progress || counted) sentAt = clock()
    progress = null
    counted = null
    points = []
  }
  const flushWhenDue = () => {
    if (clock() - sentAt >= intervalMs) flush()
  }

  return {
    progress(latest, more) {
      progress = latest
      points.push(...more)
      flushWhenDue()
    },
    counted(done, total) {
      counted = { done, total }
      flushWhenDue()
    },
    checkpoint(step, byteLength) {
      flush()
      send({ kind: 'checkpoint', id, step, byteLength })
    },
    flush,
  }
}
