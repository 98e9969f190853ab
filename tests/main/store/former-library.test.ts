/** The state's law: a library that the former version wrote is read by this one, nothing lost, nothing invalid. */
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../src/main/store/database'
import { createDatasetStore } from '../../../src/main/store/datasets'
import { createExportStore } from '../../../src/main/store/exports'
import { createMetricStore } from '../../../src/main/store/metrics'
import { migrations } from '../../../src/main/store/migrations'
import { createModelStore } from '../../../src/main/store/models'
import { createRunStore } from '../../../src/main/store/runs'
import { exportRecordSchema } from '../../../src/shared/contract'
import { datasetSchema } from '../../../src/shared/dataset'
import { modelSchema } from '../../../src/shared/model'
import { scoredRowSchema } from '../../../src/shared/result'
import { runSchema } from '../../../src/shared/run'
import { temporaryFolder } from '../../support/files'

/** Up to and with 0005: text classification alone. */
const formerMigrations = migrations.slice(0, 5)

const recipe = {
  ...{ datasetId: 'd', modelId: 'starter', task: 'classification', strategy: 'lora' },
  options: { rank: 8, alpha: 16, dropout: 0, targets: ['query', 'value'] },
  ...{ epochs: 4, batchSize: 16, accumulationSteps: 1, maxLength: 64, learningRate: 0.001, weightDecay: 0.01 },
  ...{ warmupShare: 0.1, clipNorm: 1, seed: 42, patience: 3, backend: 'auto' },
}
const metrics = {
  ...{ accuracy: 0.75, macroF1: 0.733, loss: 0.5, examples: 4 },
  perClass: [
    { label: 'bill', precision: 1, recall: 0.667, f1: 0.8, support: 3 },
    { label: 'other', precision: 0.5, recall: 1, f1: 0.667, support: 1 },
  ],
  confusion: [
    [2, 1],
    [0, 1],
  ],
}
const result = {
  ...{ validation: metrics, test: metrics, majority: { accuracy: 0.75, macroF1: 0.429 } },
  ...{ trainableParameters: 100, totalParameters: 10_000, steps: 40, epochs: 4, seconds: 20 },
  ...{ tokensPerSecond: 1000, peakMemoryBytes: 5e8, bestStep: 30, stoppedBecause: 'finished' },
}
const certificate = {
  ...{ examples: 4, trainedAccuracy: 0.75, exportedAccuracy: 0.75, maximumLogitDifference: 1e-7, passed: true },
}

let database: Database
beforeEach(async () => {
  const file = join(await temporaryFolder(), 'fino.db')
  const former = openDatabase(file, formerMigrations)
  const insert = (table: string, row: Record<string, unknown>) =>
    former
      .prepare(
        `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
      )
      .run(Object.values(row).map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)))
  insert('datasets', {
    ...{ id: 'd', name: 'Messages', file_name: 'm.csv', content_hash: 'c0de', task: 'classification' },
    ...{ encoding: 'utf-8', delimiter: ',', columns: ['text', 'label'], text_column: 'text', target_column: 'label' },
    ...{ row_count: 20, labels: [{ label: 'bill', rows: 15 }], splits: { train: 12, validation: 4, test: 4 } },
    ...{ split_seed: 0, warnings: [], created_at: '2026' },
  })
  insert('models', {
    ...{ id: 'starter', name: 'Starter', source: 'starter', folder: '/starter', architecture: 'bert' },
    ...{ parameters: 9900, layers: 2, width: 32, heads: 2, feed_forward_width: 64, vocabulary_size: 100 },
    ...{ maximum_length: 128, byte_length: 40_000, content_hash: 'f00d', signature: 's', added_at: '2026' },
  })
  const run = {
    ...{ name: 'First', recipe, dataset_id: 'd', model_id: 'starter', strategy: 'lora', seed: 42 },
    ...{ dataset_name: 'Messages', model_name: 'Starter', labels: ['bill', 'other'], created_at: '2026' },
  }
  insert('runs', { ...run, id: 'done', status: 'finished', result, backend: 'wasm', finished_at: '2026' })
  insert('runs', { ...run, id: 'open', status: 'interrupted' })
  for (const [id, predicted] of [[7, 'bill'] as const, [9, 'other'] as const]) {
    insert('test_rows', { run_id: 'done', row_id: id, text: `t${id}`, target: 'bill', predicted, probability: 0.8 })
  }
  insert('exports', {
    ...{ id: 'e', run_id: 'done', format: 'peft', folder: '/e', byte_length: 2, certificate, snippet: 'import peft' },
    created_at: '2026',
  })
  former.close()
  database = openDatabase(file)
})

test('runs keep their recipe and scores, as those of a problem with one class a text', () => {
  const runs = createRunStore(database)
  const done = runSchema.strict().parse(runs.get('done'))
  expect(done.problem).toEqual({ kind: 'single-label', labels: ['bill', 'other'] })
  expect(done.recipe).toEqual({ ...recipe, template: null, labelWeights: 'equal', recomputeLayers: false })
  expect(done.result?.test).toEqual({ kind: 'single-label', ...metrics })
  expect(done.result?.validation).toEqual({ kind: 'single-label', ...metrics })
  expect(done.result?.naive).toMatchObject({ kind: 'single-label', accuracy: 0.75, macroF1: 0.429, examples: 4 })
  // Shares of 3/4 and 1/4: -(0.75 ln 0.75 + 0.25 ln 0.25)
  expect(done.result?.naive.loss).toBeCloseTo(0.562335, 6)
  expect(runSchema.parse(runs.get('open'))).toMatchObject({ result: null, resumable: true })
  expect(() => database.prepare("UPDATE runs SET problem = '{}'").run()).toThrow(/never changes/)
})

test('results say that no text was left out', () => {
  expect(createRunStore(database).get('done').result).toMatchObject({ leftOutTexts: 0 })
})

test('test rows gain a loss: what is known of the right class', () => {
  const { rows } = createMetricStore(database).testRows('done', { limit: 10 })
  expect(
    scoredRowSchema
      .array()
      .parse(rows)
      .map(({ id }) => id),
  ).toEqual([7, 9])
  expect(rows[0]?.loss).toBeCloseTo(-Math.log(0.8), 9)
  expect(rows[1]?.loss).toBeCloseTo(-Math.log(0.2), 9)
  createRunStore(database).remove('done')
  expect(createMetricStore(database).testRows('done', { limit: 10 }).total).toBe(0)
})

test('certificates name scores instead of accuracies', () => {
  const [record] = createExportStore(database).list('done')
  expect(exportRecordSchema.strict().parse(record).certificate).toEqual({
    ...{ examples: 4, trainedScore: 0.75, exportedScore: 0.75, maximumLogitDifference: 1e-7, passed: true },
  })
})

test('data sets and models are complete', () => {
  expect(datasetSchema.parse(createDatasetStore(database).get('d'))).toMatchObject({
    ...{ contextColumn: null, groupColumn: null, labelSeparator: null, numbers: null },
  })
  expect(modelSchema.parse(createModelStore(database).find('starter')?.model)).toMatchObject({
    ...{ keyValueHeads: 2, headSize: 16 },
  })
})
