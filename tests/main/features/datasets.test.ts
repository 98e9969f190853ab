import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDatasets } from '../../../src/main/features/datasets'
import { createModels } from '../../../src/main/features/models'
import { openWorkspace } from '../../../src/main/files/workspace'
import { openDatabase } from '../../../src/main/store/database'
import { createRunStore } from '../../../src/main/store/runs'
import { openSession } from '../../../src/main/store/sessions'
import type { DatasetRow, ImportOptions } from '../../../src/shared/dataset'
import { datasetSchema, previewSchema } from '../../../src/shared/dataset'
import type { Recipe } from '../../../src/shared/recipe'
import { asOrdinaryPerson, failureOf, mountSmallDisk, temporaryFolder } from '../../support/files'
import { createInProcessTrainer } from '../../support/trainer'

async function setUp() {
  const outside = await temporaryFolder()
  const workspace = await openWorkspace({ home: join(await temporaryFolder(), 'home') })
  const starterFolder = join(outside, 'starter')
  await mkdir(starterFolder)
  await writeFile(join(starterFolder, 'config.json'), '{"hidden_size": 8, "num_hidden_layers": 2}')
  await writeFile(join(starterFolder, 'model.safetensors'), 'weights')
  const database = openDatabase(workspace.databaseFile)
  const trainer = createInProcessTrainer()
  const changes: string[] = []
  const publish = (name: string) => void changes.push(name)
  const models = createModels({ database, trainer, publish, starterFolder })
  const datasets = createDatasets({ workspace, database, trainer, models, publish })
  const file = async (content: string | Uint8Array, name = 'messages.csv') => {
    await writeFile(join(outside, name), content)
    return { kind: 'path', path: join(outside, name) } as const
  }
  const importText = async (content: string, options: ImportOptions = {}) =>
    datasets.import({ file: await file(content), options })
  const rowsOf = async (id: string) =>
    (await readFile(datasets.rowsFile(id), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as DatasetRow)
  /** Nothing in the store, nothing in the folder. */
  const expectNothingKept = async () => {
    expect(datasets.list()).toEqual([])
    expect(await readdir(workspace.datasets)).toEqual([])
    expect(changes).toEqual([])
  }
  return {
    outside,
    workspace,
    database,
    trainer,
    changes,
    models,
    datasets,
    file,
    importText,
    rowsOf,
    expectNothingKept,
  }
}

const labelled = (rows: number, label = (row: number) => 'ab'[row % 2] ?? '') =>
  `text,label\n${Array.from({ length: rows }, (_, row) => `"message, number ${row}",${label(row)}`).join('\n')}\n`

function startRun({ database }: Pick<Awaited<ReturnType<typeof setUp>>, 'database'>, datasetId: string) {
  const session = openSession(database)
  createRunStore(database).insert({
    id: 'run-1',
    name: 'a run',
    recipe: { datasetId, modelId: 'starter', strategy: 'head-only', seed: 1 } as Recipe,
    datasetName: 'd',
    modelName: 'm',
    problem: { kind: 'single-label', labels: ['a', 'b'] },
    sessionId: session.id,
    createdAt: new Date().toISOString(),
  })
}

describe('preview', () => {
  it('shows a file without keeping anything', async () => {
    const { datasets, file, expectNothingKept } = await setUp()
    const preview = await datasets.preview({ file: await file(labelled(120)), options: {} })
    expect(previewSchema.parse(preview)).toEqual(preview)
    expect(preview).toMatchObject({
      fileName: 'messages.csv',
      encoding: 'utf-8',
      delimiter: ',',
      rowCount: 120,
      suggested: { textColumn: 'text', targetColumn: 'label', task: 'classification' },
    })
    expect(preview.rows).toHaveLength(50)
    expect(preview.rows[0]).toEqual(['message, number 0', 'a'])
    await expectNothingKept()
  })

  it('cuts long cells and obeys a chosen delimiter', async () => {
    const { datasets, file } = await setUp()
    const content = `text;label\n${'x'.repeat(5000)};a,b\n`
    const { rows, columns } = await datasets.preview({ file: await file(content), options: { delimiter: ';' } })
    expect(rows[0]?.[0]).toHaveLength(2001)
    expect(columns.map(({ name }) => name)).toEqual(['text', 'label'])
  })
})

const chats = Array.from({ length: 40 }, (_, row) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `What is ${row}?` },
      { role: 'assistant', content: `A number, ${row}.` },
    ],
  }),
).join('\n')

it('shows a JSON file as the table it is read as', async () => {
  const { datasets, file } = await setUp()
  const preview = await datasets.preview({ file: await file(chats, 'chats.jsonl'), options: {} })
  expect(previewSchema.parse(preview)).toEqual(preview)
  expect(preview.columns.map(({ name }) => name)).toEqual(['messages.prompt', 'messages.response'])
  expect(preview.rows[1]).toEqual(['What is 1?', 'A number, 1.'])
  expect(preview.suggested).toEqual({
    textColumn: 'messages.prompt',
    targetColumn: 'messages.response',
    task: 'instruction',
    contextColumn: null,
    labelSeparator: null,
  })
})

it('suggests for the task that is asked for', async () => {
  const { datasets } = await setUp()
  const suggested = async (options: ImportOptions) =>
    (await datasets.preview({ file: { kind: 'example' }, options })).suggested
  expect(await suggested({ task: 'regression' })).toMatchObject({ textColumn: 'text', targetColumn: 'urgency' })
  expect(await suggested({ task: 'instruction' })).toMatchObject({ textColumn: 'text', targetColumn: 'reply' })
})

describe('import', () => {
  it('keeps numbers, instructions and several classes, each with its own record', async () => {
    const { datasets, file, rowsOf, importText } = await setUp()
    const example = { kind: 'example' } as const
    const regression = await datasets.import({ file: example, options: { task: 'regression' } })
    expect(regression).toMatchObject({ task: 'regression', targetColumn: 'urgency', labels: [] })
    expect(regression.numbers?.deviation).toBeGreaterThan(1)
    expect(datasets.get({ id: regression.id })).toEqual(regression)
    expect((await datasets.report({ id: regression.id })).targets.length).toBeGreaterThan(5)
    expect((await datasets.import({ file: example, options: { task: 'regression' } })).id).toBe(regression.id)

    const instruction = await datasets.import({ file: await file(chats, 'chats.jsonl'), options: {} })
    expect(datasetSchema.parse(instruction)).toEqual(instruction)
    expect((await rowsOf(instruction.id))[0]).toMatchObject({ text: 'What is 0?', target: 'A number, 0.' })

    const several = labelled(60, (row) => ['a;b', 'b', 'a'][row % 3] ?? '')
    const multi = await importText(several, { labelSeparator: ';' })
    expect(multi.labels).toEqual([
      { label: 'a', rows: 40 },
      { label: 'b', rows: 40 },
    ])
    expect((await importText(several, { labelSeparator: '' })).id).not.toBe(multi.id)
    const report = await datasets.report({ id: multi.id })
    expect(report.splitLabels.map(({ train, validation, test }) => train + validation + test)).toEqual([40, 40])
  })

  it('imports a regression of a former version anew', async () => {
    const { datasets, database } = await setUp()
    const options = { task: 'regression' } as const
    const { id } = await datasets.import({ file: { kind: 'example' }, options })
    database.exec('UPDATE datasets SET numbers = NULL')
    const again = await datasets.import({ file: { kind: 'example' }, options })
    expect(again.id).not.toBe(id)
    expect(again.numbers).not.toBeNull()
  })

  it('keeps the original under its hash, the rows and the record', async () => {
    const { datasets, workspace, importText, rowsOf, changes } = await setUp()
    const content = labelled(100)
    const dataset = await importText(content, { name: 'My messages', splitSeed: 5 })
    const hash = createHash('sha256').update(content).digest('hex')
    expect(datasetSchema.parse(dataset)).toEqual(dataset)
    expect(dataset).toMatchObject({
      name: 'My messages',
      fileName: 'messages.csv',
      contentHash: hash,
      rows: 100,
      splits: { train: 70, validation: 15, test: 15 },
      splitSeed: 5,
    })
    expect((await readdir(join(workspace.datasets, dataset.id))).sort()).toEqual([`${hash}.csv`, 'rows-5.jsonl'].sort())
    expect(await readFile(join(workspace.datasets, dataset.id, `${hash}.csv`), 'utf8')).toBe(content)
    const rows = await rowsOf(dataset.id)
    expect(rows).toHaveLength(100)
    expect(rows[0]).toMatchObject({ id: 1, text: 'message, number 0', target: 'a' })
    expect(datasets.get({ id: dataset.id })).toEqual(dataset)
    expect(datasets.list()).toEqual([dataset])
    expect(changes).toEqual(['datasets:changed'])
  })

  it('gives the same data set for the same file and options, another for others', async () => {
    const { datasets, importText, workspace } = await setUp()
    const first = await importText(labelled(100))
    expect((await importText(labelled(100))).id).toBe(first.id)
    expect((await importText(labelled(100), { targetColumn: 'label', splitSeed: 0 })).id).toBe(first.id)
    expect((await importText(labelled(100), { splitSeed: 1 })).id).not.toBe(first.id)
    expect((await importText(labelled(101))).id).not.toBe(first.id)
    expect(datasets.list()).toHaveLength(3)
    await rm(join(workspace.datasets, first.id), { recursive: true })
    expect((await importText(labelled(100))).id).not.toBe(first.id)
  })

  it('imports the example and what a browser uploaded', async () => {
    const { datasets, workspace } = await setUp()
    const example = await datasets.import({ file: { kind: 'example' }, options: {} })
    expect(example).toMatchObject({ fileName: 'customer-messages.csv', textColumn: 'text', targetColumn: 'topic' })
    expect(example.labels.length).toBeGreaterThan(3)
    const uploadId = '0f8fad5b-d9cb-469f-a165-70867728950e'
    await writeFile(join(workspace.uploads, uploadId), labelled(40))
    const file = { kind: 'upload', uploadId, fileName: '..\\..\\evil/my data.CSV' } as const
    const uploaded = await datasets.import({ file, options: {} })
    expect(uploaded).toMatchObject({ fileName: 'my data.CSV', name: 'my data' })
  })

  it.each(['../fino.db', '..', '/etc/passwd', 'x', ''])('finds no upload outside its folder: %j', async (uploadId) => {
    const { datasets } = await setUp()
    const file = { kind: 'upload', uploadId, fileName: 'a.csv' } as const
    expect((await failureOf(datasets.preview({ file, options: {} }))).code).toBe('not-found')
  })

  it.each([
    ['file-empty', '', {}],
    ['file-binary', 'PK\x03\x04 xl/', {}],
    ['dataset-malformed', `${labelled(30)}a,b,c\n`, {}],
    ['dataset-malformed', `${labelled(30)}"never closed,b\n`, {}],
    ['column-duplicate', 'text,text\na,b\n', {}],
    ['column-missing', labelled(30), { textColumn: 'nothing' }],
    ['target-constant', labelled(30, () => 'a'), {}],
    ['target-unique', labelled(30, (row) => `c${row}`), {}],
    ['dataset-too-small', labelled(5), {}],
    ['column-unsuitable', labelled(30), { task: 'regression' }],
  ] as const)('keeps nothing of a file that fails with %s', async (code, content, options) => {
    const { importText, expectNothingKept } = await setUp()
    const failure = await failureOf(importText(content, options))
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(/messages\.csv/)
    await expectNothingKept()
  })

  it('keeps nothing of a file that is not there', async () => {
    const { datasets, outside, expectNothingKept } = await setUp()
    const file = { kind: 'path', path: join(outside, 'none.csv') } as const
    expect((await failureOf(datasets.import({ file, options: {} }))).code).toBe('file-missing')
    await expectNothingKept()
  })

  it('keeps nothing where the workspace cannot be written', async () => {
    const { workspace, importText, expectNothingKept } = await setUp()
    await chmod(workspace.datasets, 0o555)
    const failure = await asOrdinaryPerson(() => failureOf(importText(labelled(40))))
    expect(failure.code).toBe('write-failed')
    expect(failure.message).toContain(workspace.datasets)
    await expectNothingKept()
  })

  it('keeps nothing where the disk is full, and says how much is needed', async (context) => {
    const { workspace, importText, expectNothingKept } = await setUp()
    if (!mountSmallDisk(workspace.datasets)) return context.skip('this machine lets no test mount a small disk')
    const failure = await failureOf(importText(labelled(40_000)))
    expect(failure).toMatchObject({ code: 'disk-full' })
    expect(failure.message).toContain('are needed and only')
    expect(failure.message).toContain('Free some space')
    await expectNothingKept()
  })

  it('keeps nothing where the store has no room', async () => {
    const { database, importText, expectNothingKept } = await setUp()
    database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`)
    const names = Array.from({ length: 500 }, (_, index) => `a column with a rather long name, number ${index}`)
    const row = (index: number) => `"message, number ${index}",${'ab'[index % 2]},${names.map(() => 'x').join(',')}`
    const rows = Array.from({ length: 30 }, (_, index) => row(index))
    const content = `text,label,${names.map((name) => `"${name}"`).join(',')}\n${rows.join('\n')}\n`
    const failure = await failureOf(importText(content, { textColumn: 'text', targetColumn: 'label' }))
    expect(failure.code).toBe('disk-full')
    expect(failure.message).toContain('fino.db')
    await expectNothingKept()
  })

  it('keeps nothing where the store refuses', async () => {
    const { database, importText, workspace } = await setUp()
    database.exec("CREATE TRIGGER full BEFORE INSERT ON datasets BEGIN SELECT RAISE(ABORT, 'full'); END")
    await expect(importText(labelled(40))).rejects.toThrow('full')
    expect(await readdir(workspace.datasets)).toEqual([])
  })

  it('clears away what a killed import left, a day later', async () => {
    const { datasets, workspace, importText } = await setUp()
    const { id } = await importText(labelled(40))
    for (const name of ['.old.1234.temporary', '.new.1234.temporary']) await mkdir(join(workspace.datasets, name))
    const longAgo = Date.now() / 1000 - 100_000
    for (const name of ['.old.1234.temporary', id]) await utimes(join(workspace.datasets, name), longAgo, longAgo)
    await datasets.removeLeftovers()
    expect((await readdir(workspace.datasets)).sort()).toEqual(['.new.1234.temporary', id].sort())
  })
})

describe('report', () => {
  it('counts tokens once for each data set and model', async () => {
    const { datasets, importText, trainer, workspace } = await setUp()
    const { id } = await importText(labelled(100))
    const report = await datasets.report({ id })
    expect(report.tokens).toMatchObject({ modelId: 'starter', median: 5, maximum: 5 })
    expect(report.tokens?.truncation.map(({ maxLength }) => maxLength)).toEqual([32, 64, 128])
    expect(report.splitLabels.map(({ train }) => train)).toEqual([34, 36])
    expect(report.duplicates).toEqual({ rows: 0, acrossSplits: 0 })
    expect(await datasets.report({ id, modelId: 'starter' })).toEqual(report)
    expect(trainer.done).toEqual(['describe-model', 'token-lengths'])
    expect(await readdir(join(workspace.cache, 'token-lengths'))).toHaveLength(1)
  })

  it('fails for a data set or a model that is not there', async () => {
    const { datasets, importText } = await setUp()
    expect((await failureOf(datasets.report({ id: 'none' }))).code).toBe('not-found')
    const { id } = await importText(labelled(100))
    expect((await failureOf(datasets.report({ id, modelId: 'none' }))).code).toBe('model-missing')
  })
})

describe('resplit', () => {
  it('gives the rows another split, the same as an import with that seed', async () => {
    const { datasets, importText, rowsOf } = await setUp()
    const { id } = await importText(labelled(100))
    const before = await rowsOf(id)
    const changed = await datasets.resplit({ id, splitSeed: 9 })
    expect(changed).toMatchObject({ id, splitSeed: 9, splits: { train: 70, validation: 15, test: 15 } })
    const after = await rowsOf(id)
    expect(after.map(({ split }) => split)).not.toEqual(before.map(({ split }) => split))
    expect(after.map(({ text }) => text)).toEqual(before.map(({ text }) => text))
    const imported = await importText(labelled(100), { splitSeed: 9, name: 'other' })
    expect(await rowsOf(imported.id)).toEqual(after)
  })

  it('keeps groups together, and knows the numbers of the new training split', async () => {
    const { datasets, importText, rowsOf } = await setUp()
    const lines = Array.from({ length: 120 }, (_, row) => `message number ${row},${row / 7},author ${row % 15}`)
    const content = `text,score,author\n${lines.join('\n')}\n`
    const dataset = await importText(content, { groupColumn: 'author' })
    const changed = await datasets.resplit({ id: dataset.id, splitSeed: 3 })
    expect(changed).toMatchObject({ groupColumn: 'author', splitSeed: 3, rows: 120 })
    expect(changed.numbers).not.toEqual(dataset.numbers)
    const after = await rowsOf(dataset.id)
    for (let author = 0; author < 15; author++) {
      expect(new Set(after.filter(({ id }) => (id - 1) % 15 === author).map(({ split }) => split)).size).toBe(1)
    }
    const imported = await importText(content, { groupColumn: 'author', splitSeed: 3, name: 'other' })
    expect(await rowsOf(imported.id)).toEqual(after)
    expect(imported.numbers).toEqual(changed.numbers)
  })

  it('keeps rows and recorded split together when the record cannot be written', async () => {
    const { datasets, importText, database, rowsOf } = await setUp()
    const { id } = await importText(labelled(100))
    const before = await rowsOf(id)
    database.exec("CREATE TRIGGER refuse BEFORE UPDATE ON datasets BEGIN SELECT raise(ABORT, 'no'); END")
    await expect(datasets.resplit({ id, splitSeed: 9 })).rejects.toThrow('no')
    expect(await rowsOf(id)).toEqual(before)
    expect(datasets.get({ id }).splitSeed).toBe(0)
    database.exec('DROP TRIGGER refuse')
    await datasets.resplit({ id, splitSeed: 9 })
    expect((await rowsOf(id)).map(({ split }) => split)).not.toEqual(before.map(({ split }) => split))
    await datasets.resplit({ id, splitSeed: 0 })
    expect(await rowsOf(id)).toEqual(before)
  })

  it('is refused once there are runs, and changes nothing', async () => {
    const all = await setUp()
    const { id } = await all.importText(labelled(100))
    startRun(all, id)
    const before = await all.rowsOf(id)
    const failure = await failureOf(all.datasets.resplit({ id, splitSeed: 9 }))
    expect(failure).toMatchObject({ code: 'dataset-in-use', details: { runs: 1 } })
    expect(failure.message).toContain('"messages" cannot be split anew: 1 run was trained on it. Remove that run first')
    expect(await all.rowsOf(id)).toEqual(before)
    expect(all.datasets.get({ id }).splitSeed).toBe(0)
  })

  it.runIf(process.platform === 'linux')('keeps the old split when the rows cannot be written', async () => {
    const { datasets, importText, workspace, rowsOf } = await setUp()
    const { id } = await importText(labelled(100))
    const before = await rowsOf(id)
    await chmod(join(workspace.datasets, id), 0o555)
    const failure = await asOrdinaryPerson(() => failureOf(datasets.resplit({ id, splitSeed: 9 })))
    expect(failure.code).toBe('write-failed')
    expect(await rowsOf(id)).toEqual(before)
    expect(datasets.get({ id }).splitSeed).toBe(0)
  })
})

describe('remove', () => {
  it('removes record, files and token lengths', async () => {
    const { datasets, importText, workspace, changes } = await setUp()
    const { id } = await importText(labelled(100))
    await datasets.report({ id })
    await datasets.remove({ id })
    expect(datasets.list()).toEqual([])
    expect(await readdir(workspace.datasets)).toEqual([])
    expect(await readdir(join(workspace.cache, 'token-lengths'))).toEqual([])
    expect(changes.at(-1)).toBe('datasets:changed')
    expect((await failureOf(datasets.remove({ id }))).code).toBe('not-found')
  })

  it('is refused while there are runs', async () => {
    const all = await setUp()
    const { id } = await all.importText(labelled(100))
    startRun(all, id)
    expect((await failureOf(all.datasets.remove({ id }))).code).toBe('dataset-in-use')
    expect(await all.rowsOf(id)).toHaveLength(100)
  })
})

it('reads through a link', async () => {
  const { datasets, outside, file } = await setUp()
  const { path } = await file(labelled(40))
  await symlink(path, join(outside, 'link.csv'))
  const dataset = await datasets.import({ file: { kind: 'path', path: join(outside, 'link.csv') }, options: {} })
  expect(dataset.rows).toBe(40)
})
