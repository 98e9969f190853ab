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
  expect(model).toMatchObject({ heads: 12, keyValueHeads: 12, headSize: 64, feedForwardWidth: 3072 })
  datasets.insert({ ...dataset, id: 'e', groupColumn: 'author', createdAt: '2026-01-02' })
  expect(datasets.list().map(({ id, groupColumn }) => [id, groupColumn])).toEqual([
    ['e', 'author'],
    ['d', null],
  ])
  database.close()
})
