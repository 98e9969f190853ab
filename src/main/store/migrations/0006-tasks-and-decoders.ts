import type { Migration } from './migration'

export const tasksAndDecoders: Migration = {
  id: 6,
  name: 'tasks-and-decoders',
  up: `
    ALTER TABLE datasets ADD COLUMN context_column TEXT;
    ALTER TABLE datasets ADD COLUMN group_column TEXT;
    ALTER TABLE datasets ADD COLUMN label_separator TEXT;
    -- Mean, deviation, minimum and maximum of a regression's target in the training split.
    ALTER TABLE datasets ADD COLUMN numbers TEXT;

    ALTER TABLE models ADD COLUMN key_value_heads INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE models ADD COLUMN head_size INTEGER NOT NULL DEFAULT 0;
    -- Only BERT and DistilBERT were known until now; their heads share nothing.
    UPDATE models SET key_value_heads = heads, head_size = width / heads;
  `,
}
