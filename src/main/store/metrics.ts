/** Curves of a run, and its scored test rows. */
import type { ScoredRow } from '../../shared/result'
import type { MetricPoint } from '../../shared/run'
import type { Database } from './database'

export interface TestRowQuery {
  target?: string | undefined
  predicted?: string | undefined
  limit: number
}

export interface MetricStore {
  /** A step told again (a resumed run repeats some) replaces what it said before. */
  add(runId: string, points: readonly MetricPoint[]): void
  points(runId: string): MetricPoint[]
  replaceTestRows(runId: string, rows: readonly ScoredRow[]): void
  /** The surest first; `total` counts all that match. */
  testRows(runId: string, query: TestRowQuery): { rows: ScoredRow[]; total: number }
}

export function createMetricStore(database: Database): MetricStore {
  const insertPoint = database.prepare('INSERT OR REPLACE INTO metrics (run_id, name, step, value) VALUES (?, ?, ?, ?)')
  const selectPoints = database.prepare<[string], MetricPoint>(
    'SELECT step, name, value FROM metrics WHERE run_id = ? ORDER BY step, name',
  )
  const deleteRows = database.prepare('DELETE FROM test_rows WHERE run_id = ?')
  const insertRow = database.prepare(
    'INSERT INTO test_rows (run_id, row_id, text, target, predicted, probability) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const matching = `
    FROM test_rows
    WHERE run_id = @runId AND (@target IS NULL OR target = @target) AND (@predicted IS NULL OR predicted = @predicted)`
  const selectRows = database.prepare<[object], ScoredRow>(
    `SELECT row_id AS id, text, target, predicted, probability ${matching} ORDER BY probability DESC, row_id LIMIT @limit`,
  )
  const countRows = database.prepare<[object], { total: number }>(`SELECT count(*) AS total ${matching}`)

  return {
    add(runId, points) {
      database.transaction(() => {
        for (const { name, step, value } of points) {
          if (Number.isFinite(value)) insertPoint.run(runId, name, step, value)
        }
      })()
    },
    points: (runId) => selectPoints.all(runId),
    replaceTestRows(runId, rows) {
      database.transaction(() => {
        deleteRows.run(runId)
        for (const { id, text, target, predicted, probability } of rows) {
          insertRow.run(runId, id, text, target, predicted, probability)
        }
      })()
    },
    testRows(
      runId,
      { target = null, predicted = null, limit }: { target?: unknown; predicted?: unknown; limit: number },
    ) {
      const query = { runId, target, predicted }
      return { rows: selectRows.all({ ...query, limit }), total: countRows.get(query)?.total ?? 0 }
    },
  }
}
