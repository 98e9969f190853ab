/** What was estimated before each finished run and what it took: the correction of later quotes learns from it. */
import type { Experience } from '../../shared/quote'
import type { Database } from './database'

export interface QuoteOutcome extends Experience {
  runId: string
  finishedAt: string
}

export interface QuoteStore {
  record(outcome: QuoteOutcome): void
  /** The latest first. */
  latest(limit: number): QuoteOutcome[]
}

type Row = Omit<QuoteOutcome, 'adapts'> & { adapts: number }

export function createQuoteStore(database: Database): QuoteStore {
  const insert = database.prepare(`
    INSERT OR REPLACE INTO quote_outcomes (run_id, strategy, adapts, backend, basis, estimated_seconds, estimated_memory_bytes,
      quoted_seconds, actual_seconds, actual_memory_bytes, finished_at)
    VALUES (@runId, @strategy, @adapts, @backend, @basis, @estimatedSeconds, @estimatedMemoryBytes,
      @quotedSeconds, @actualSeconds, @actualMemoryBytes, @finishedAt)`)
  const select = database.prepare<[number], Row>(`
    SELECT run_id AS runId, strategy, adapts, backend, basis, estimated_seconds AS estimatedSeconds,
      estimated_memory_bytes AS estimatedMemoryBytes, quoted_seconds AS quotedSeconds, actual_seconds AS actualSeconds,
      actual_memory_bytes AS actualMemoryBytes, finished_at AS finishedAt
    FROM quote_outcomes ORDER BY finished_at DESC LIMIT ?`)
  return {
    record: (outcome) => void insert.run({ ...outcome, adapts: outcome.adapts ? 1 : 0 }),
    latest: (limit) => select.all(limit).map((row) => ({ ...row, adapts: row.adapts === 1 })),
  }
}
