import type { Migration } from './migration'

export const exports: Migration = {
  id: 3,
  name: 'exports',
  up: `
    CREATE TABLE exports (
      id TEXT PRIMARY KEY,
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      format TEXT NOT NULL,
      folder TEXT NOT NULL,
      byte_length INTEGER NOT NULL,
      certificate TEXT NOT NULL,
      snippet TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX exports_by_run ON exports (run_id);
  `,
}
