/** Exports that were written, each with its certificate. */
import type { ExportRecord } from '../../shared/contract'
import type { Database } from './database'

export interface ExportStore {
  insert(record: ExportRecord): void
  /** Newest first. */
  list(runId: string): ExportRecord[]
}

interface Row {
  id: string
  run_id: string
  format: ExportRecord['format']
  folder: string
  byte_length: number
  certificate: string
  snippet: string
  created_at: string
}

export function createExportStore(database: Database): ExportStore {
  const insert = database.prepare(`
    INSERT INTO exports (id, run_id, format, folder, byte_length, certificate, snippet, created_at)
    VALUES (@id, @runId, @format, @folder, @byteLength, @certificate, @snippet, @createdAt)`)
  const select = database.prepare<[string], Row>(
    'SELECT * FROM exports WHERE run_id = ? ORDER BY created_at DESC, rowid DESC',
  )
  return {
    insert: (record) => void insert.run({ ...record, certificate: JSON.stringify(record.certificate) }),
    list: (runId) =>
      select.all(runId).map((row) => ({
        id: row.id,
        runId: row.run_id,
        format: row.format,
        folder: row.folder,
        byteLength: row.byte_length,
        certificate: JSON.parse(row.certificate),
        snippet: row.snippet,
        createdAt: row.created_at,
      })),
  }
}
