/** Curves of a run, and its scored test rows. */
import type { TestRowOrder } from '../../shared/contract'
import type { ScoredRow } from '../../shared/result'
import type { MetricPoint } from '../../shared/run'
import type { Database } from './database'

export interface TestRowQuery {
  target?: string | undefined
  predicted?: string | undefined
  order?: TestRowOrder | undefined
  limit: number
}

export interface MetricStore {
  /** A step told again (a resumed run repeats some) replaces what it said before. */
  add(runId: string, points: readonly MetricPoint[]): void
  points(runId: string): MetricPoint[]
  replaceTestRows(runId: string, rows: readonly ScoredRow[]): void
  /** In file order, or by each row's loss; `total` counts all that match. */
  testRows(runId: string, query: TestRowQuery): { rows: ScoredRow[]; total: number }
}

export function createMetricStore(database: Database): MetricStore {
  const insertPoint = database.prepare('INSERT OR REPLACE INTO metrics (run_id, name, step, value) VALUES (?, ?, ?, ?)')
  const selectPoints = database.prepare<[string], MetricPoint>(
    'SELECT step, name, value FROM metrics WHERE run_id = ? ORDER BY step, name',
  )
  const deleteRows = database.prepare('DELETE FROM test_rows WHERE run_id = ?')
  const insertRow = database.prepare(
    'INSERT INTO test_rows (run_id, row_id, text, target, predicted, probability, loss) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const matching = `
    FROM test_rows
    WHERE run_id = @runId AND (@target IS NULL OR target = @target) AND (@predicted IS NULL OR predicted = @predicted)`
  const selectRows = (order: string) =>
    database.prepare<[object], ScoredRow>(
      `SELECT row_id AS id, text, target, predicted, probability, loss ${matching} ORDER BY ${order} LIMIT @limit`,
    )
  const selectBy: Readonly<Record<TestRowOrder, ReturnType<typeof selectRows>>> = {
    id: selectRows('row_id'),
    worst: selectRows('loss DESC, row_id'),
    best: selectRows('loss, row_id'),
  }
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
        for (const { id, text, target, predicted, probability, loss } of rows) {
          insertRow.run(runId, id, text, target, predicted, probability, loss)
        }
      })()
    },
    testRows(runId, { target, predicted, order = 'id', limit }) {
      const query = { runId, target: target ?? null, predicted: predicted ?? null }
      return { rows: selectBy[order].all({ ...query, limit }), total: countRows.get(query)?.total ?? 0 }
    },
  }
}
