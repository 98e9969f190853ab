import type { Migration } from './migration'

export const adaptations: Migration = {
  id: 8,
  name: 'adaptations',
  up: `
    -- Of a run that adapts a model to texts: which texts, and the model that comes of it. Null for all other runs.
    ALTER TABLE runs ADD COLUMN adaptation TEXT;
  `,
}
