import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from '../../../src/main/store/database'
import { createDatasetStore } from '../../../src/main/store/datasets'
import { migrations } from '../../../src/main/store/migrations'
import { createModelStore } from '../../../src/main/store/models'
import { datasetSchema } from '../../../src/shared/dataset'
import { modelSchema } from '../../../src/shared/model'
import { temporaryFolder } from '../../support/files'

it('reads data sets and models of the version before tasks and decoders, and keeps new ones beside them', async () => {
  const file = join(await temporaryFolder(), 'fino.db')
  const before = openDatabase(file, migrations.slice(0, 5))
  before.exec(`
    INSERT INTO datasets VALUES ('d', 'Messages', 'messages.csv', 'abc', 'classification', 'utf-8', ',', '["text","label"]',
      'text', 'label', 12, '[{"label":"a","rows":12}]', '{"train":8,"validation":2,"test":2}', 3, '[]', '2026-01-01');
    INSERT INTO models VALUES ('m', 'BERT', 'folder', '/models/bert', 'bert', 109482240, 12, 768, 12, 3072, 30522, 512,
      438000000, 'abc', 'signature', '2026-01-01');`)
  before.close()

  const database = openDatabase(file)
  const datasets = createDatasetStore(database)
  const dataset = datasets.get('d')
  expect(datasetSchema.parse(dataset)).toEqual(dataset)
  expect(dataset).toMatchObject({
    rows: 12,
    contextColumn: null,
    groupColumn: null,
    labelSeparator: null,
    numbers: null,
  })
  const { model } = createModelStore(database).find('m') ?? {}
  expect(modelSchema.parse(model)).toEqual(model)
  expect(model).toMatchObject({ origin: null, heads: 12, keyValueHeads: 12, headSize: 64, feedForwardWidth: 3072 })
  datasets.insert({ ...dataset, id: 'e', groupColumn: 'author', createdAt: '2026-01-02' })
  expect(datasets.list().map(({ id, groupColumn }) => [id, groupColumn])).toEqual([
    ['e', 'author'],
    ['d', null],
  ])
  database.close()
})

it('tells of models that were adapted before their origin was kept where they come from', async () => {
  const file = join(await temporaryFolder(), 'fino.db')
  const before = openDatabase(file, migrations.slice(0, 8))
  const adaptation = { sourceName: 'messages', texts: { training: 94 }, modelId: 'm', folder: '/models/messages' }
  before
    .prepare(`
      INSERT INTO runs (id, name, status, recipe, dataset_id, model_id, strategy, seed, dataset_name, model_name, problem,
        adaptation, created_at)
      VALUES ('r', 'Messages', 'finished', '{}', 'd', 'starter', 'full', 42, 'messages', 'Starter', '{}', ?, '2026-01-01')`)
    .run(JSON.stringify(adaptation))
  before.exec(`
    INSERT INTO models (id, name, source, folder, architecture, parameters, layers, width, heads, feed_forward_width,
      vocabulary_size, maximum_length, byte_length, content_hash, signature, added_at)
    VALUES ('m', 'Messages', 'folder', '/models/messages', 'bert', 10, 2, 8, 2, 16, 100, 64, 40, 'abc', 's', '2026-01-01'),
      ('n', 'Other', 'folder', '/models/other', 'bert', 10, 2, 8, 2, 16, 100, 64, 40, 'abc', 's', '2026-01-02');`)
  before.close()

  const database = openDatabase(file)
  database.exec("DELETE FROM runs WHERE id = 'r'")
  expect(
    createModelStore(database)
      .list()
      .map(({ model }) => model.origin),
  ).toEqual([{ baseName: 'Starter', sourceName: 'messages', texts: 94, folder: '/models/messages' }, null])
  database.close()
})
