import type { Migration } from './migration'

export const settings: Migration = {
  id: 4,
  name: 'settings',
  up: `
    CREATE TABLE settings (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What a backend was measured to do on this machine, so that a quote need not measure again.
    CREATE TABLE backend_speeds (
      backend TEXT PRIMARY KEY,
      device TEXT NOT NULL,
      gflops REAL NOT NULL,
      measured_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
