import type { Migration } from './migration'

/** Runs outlive their data set and model: names are copied, ids are no foreign keys. */
export const runs: Migration = {
  id: 2,
  name: 'runs',
  up: `
    -- One row per process that has the store open; a run belongs to the process that works on it.
    CREATE TABLE sessions (
      id TEXT PRIMARY KEY,
      pid INTEGER NOT NULL,
      heartbeat_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('queued', 'running', 'finished', 'stopped', 'cancelled', 'failed', 'interrupted')),
      recipe TEXT NOT NULL,
      dataset_id TEXT NOT NULL,
      model_id TEXT NOT NULL,
      strategy TEXT NOT NULL,
      seed INTEGER NOT NULL,
      dataset_name TEXT NOT NULL,
      model_name TEXT NOT NULL,
      labels TEXT NOT NULL,
      backend TEXT,
      device TEXT,
      versions TEXT NOT NULL DEFAULT '{}',
      quote TEXT,
      progress TEXT,
      result TEXT,
      failure TEXT,
      session_id TEXT,
      created_at TEXT NOT NULL,
      started_at TEXT,
      finished_at TEXT
    ) STRICT;
    CREATE INDEX runs_by_status ON runs (status);

    CREATE TRIGGER runs_keep_their_recipe
    BEFORE UPDATE OF recipe, dataset_id, model_id, strategy, seed, labels ON runs
    BEGIN
      SELECT RAISE(ABORT, 'the recipe of a run never changes');
    END;

    CREATE TABLE metrics (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (run_id, name, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE test_rows (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      row_id INTEGER NOT NULL,
      text TEXT NOT NULL,
      target TEXT NOT NULL,
      predicted TEXT NOT NULL,
      probability REAL NOT NULL,
      PRIMARY KEY (run_id, row_id)
    ) STRICT, WITHOUT ROWID;

    -- What was promised before a run and what it then took; the correction of later quotes learns from it.
    CREATE TABLE quote_outcomes (
      run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      strategy TEXT NOT NULL,
      backend TEXT NOT NULL,
      basis TEXT NOT NULL,
      estimated_seconds REAL NOT NULL,
      estimated_memory_bytes REAL NOT NULL,
      quoted_seconds REAL NOT NULL,
      actual_seconds REAL NOT NULL,
      actual_memory_bytes REAL NOT NULL,
      finished_at TEXT NOT NULL
    ) STRICT;
  `,
}
