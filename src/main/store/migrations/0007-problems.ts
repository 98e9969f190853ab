import type { Migration } from './migration'

/** Runs of every kind of problem: what was stored of classifications says so now, and has a place for other scores. */
export const problems: Migration = {
  id: 7,
  name: 'problems',
  up: `
    DROP TRIGGER runs_keep_their_recipe;
    ALTER TABLE runs RENAME COLUMN labels TO problem;
    UPDATE runs SET
      problem = json_object('kind', 'single-label', 'labels', json(problem)),
      recipe = json_set(recipe, '$.template', NULL);
    CREATE TRIGGER runs_keep_their_recipe
    BEFORE UPDATE OF recipe, dataset_id, model_id, strategy, seed, problem ON runs
    BEGIN
      SELECT RAISE(ABORT, 'the recipe of a run never changes');
    END;

    -- Of the most frequent class only two scores were kept. Its loss is that of a guess with the test split's shares.
    UPDATE runs SET result = json_remove(json_set(result,
      '$.validation.kind', 'single-label',
      '$.test.kind', 'single-label',
      '$.naive', json_object(
        'kind', 'single-label',
        'accuracy', json_extract(result, '$.majority.accuracy'),
        'macroF1', json_extract(result, '$.majority.macroF1'),
        'loss', coalesce((
          SELECT sum(-share * ln(share)) FROM (
            SELECT 1.0 * json_extract(value, '$.support') / json_extract(result, '$.test.examples') AS share
            FROM json_each(result, '$.test.perClass'))
          WHERE share > 0), 0.0),
        'examples', json_extract(result, '$.test.examples'),
        'perClass', json_array(),
        'confusion', json_array())), '$.majority')
    WHERE result IS NOT NULL;

    UPDATE exports SET certificate = json_remove(json_set(certificate,
      '$.trainedScore', json_extract(certificate, '$.trainedAccuracy'),
      '$.exportedScore', json_extract(certificate, '$.exportedAccuracy')), '$.trainedAccuracy', '$.exportedAccuracy');

    CREATE TABLE scored_rows (
      run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      row_id INTEGER NOT NULL,
      text TEXT NOT NULL,
      target TEXT NOT NULL,
      predicted TEXT NOT NULL,
      probability REAL,
      loss REAL NOT NULL,
      PRIMARY KEY (run_id, row_id)
    ) STRICT, WITHOUT ROWID;
    -- The probability of a class that was not predicted was not kept; it had at most what the predicted one left.
    INSERT INTO scored_rows
      SELECT run_id, row_id, text, target, predicted, probability,
        -ln(max(iif(target = predicted, probability, 1 - probability), 1e-7))
      FROM test_rows;
    DROP TABLE test_rows;
    ALTER TABLE scored_rows RENAME TO test_rows;

    CREATE TABLE word_lists (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      terms INTEGER NOT NULL,
      categories TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
