import type { Migration } from './migration'

export const datasetsAndModels: Migration = {
  id: 1,
  name: 'datasets-and-models',
  up: `
    CREATE TABLE datasets (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      file_name TEXT NOT NULL,
      content_hash TEXT NOT NULL,
      task TEXT NOT NULL CHECK (task IN ('classification', 'regression', 'instruction')),
      encoding TEXT NOT NULL,
      delimiter TEXT NOT NULL,
      columns TEXT NOT NULL,
      text_column TEXT NOT NULL,
      target_column TEXT NOT NULL,
      row_count INTEGER NOT NULL,
      labels TEXT NOT NULL,
      splits TEXT NOT NULL,
      split_seed INTEGER NOT NULL,
      warnings TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX datasets_by_content ON datasets (content_hash);

    CREATE TABLE models (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      source TEXT NOT NULL CHECK (source IN ('starter', 'folder')),
      folder TEXT NOT NULL UNIQUE,
      architecture TEXT NOT NULL,
      parameters INTEGER NOT NULL,
      layers INTEGER NOT NULL,
      width INTEGER NOT NULL,
      heads INTEGER NOT NULL,
      feed_forward_width INTEGER NOT NULL,
      vocabulary_size INTEGER NOT NULL,
      maximum_length INTEGER NOT NULL,
      byte_length INTEGER NOT NULL,
      content_hash TEXT NOT NULL,
      -- Names, sizes and times of the folder's files when it was described: tells cheaply whether it changed since.
      signature TEXT NOT NULL,
      added_at TEXT NOT NULL
    ) STRICT;
  `,
}
