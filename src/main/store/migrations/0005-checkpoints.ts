import type { Migration } from './migration'

export const checkpoints: Migration = {
  id: 5,
  name: 'checkpoints',
  up: `
    -- The state that each unfinished run can go on from; its file lies in the run's folder.
    CREATE TABLE checkpoints (
      run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      byte_length INTEGER NOT NULL,
      saved_at TEXT NOT NULL
    ) STRICT;
  `,
}
