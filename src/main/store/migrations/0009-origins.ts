import type { Migration } from './migration'

/** What adaptations leave behind: their models know where they come from, and later quotes what they took. */
export const origins: Migration = {
  id: 9,
  name: 'origins',
  up: `
    -- Of a model that Fino adapted: the name of its base, of the texts, how many there were, and its folder as it was named. Null for all others.
    ALTER TABLE models ADD COLUMN origin TEXT;
    UPDATE models SET origin = (
      SELECT json_object(
        'baseName', runs.model_name,
        'sourceName', json_extract(runs.adaptation, '$.sourceName'),
        'texts', json_extract(runs.adaptation, '$.texts.training'),
        'folder', json_extract(runs.adaptation, '$.folder'))
      FROM runs WHERE json_extract(runs.adaptation, '$.modelId') = models.id
      ORDER BY runs.created_at DESC LIMIT 1);

    -- Adaptations train all of a model, too, but are a kind of their own.
    ALTER TABLE quote_outcomes ADD COLUMN adapts INTEGER NOT NULL DEFAULT 0;
  `,
}
