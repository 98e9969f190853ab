/** Data sets: a first look at a file, its import, its report, a new split, its removal. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, extname, join, parse } from 'node:path'
import type { FileReference } from '../../shared/contract'
import { columnSchema, type DataReport, type Dataset, type ImportOptions, type Preview } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Model } from '../../shared/model'
import { type ColumnChoice, chooseColumns } from '../data/choose-columns'
import { type ImportPlan, planImport } from '../data/import'
import { scanColumns } from '../data/infer-columns'
import { openTable, type Table } from '../data/read-table'
import { reportOn, type TokenLengths } from '../data/report'
import { encodeRows, readRowsFile } from '../data/rows-file'
import { suggestColumns } from '../data/suggest-columns'
import { hashedStream, hashFile } from '../files/hash-file'
import { findResources } from '../files/resources'
import type { Workspace } from '../files/workspace'
import { writeAtomically, writeFolderAtomically } from '../files/write-atomically'
import { type Database, toStoreFailure } from '../store/database'
import { createDatasetStore } from '../store/datasets'
import type { Trainer } from '../trainer/trainer'
import type { Models } from './models'
import type { Publish } from './publish'

export interface Datasets {
  preview(input: FileInput): Promise<Preview>
  /** The same file imported with the same options again is the data set that is there already. */
  import(input: FileInput): Promise<Dataset>
  /** Newest first. */
  list(): Dataset[]
  /** Fails with `not-found`. */
  get(input: { id: string }): Dataset
  /** Token figures for `modelId`, or the starter model where there is one. */
  report(input: { id: string; modelId?: string | undefined }): Promise<DataReport>
  /** Fails with `dataset-in-use` once runs were started on it. */
  resplit(input: { id: string; splitSeed: number }): Promise<Dataset>
  /** Fails with `dataset-in-use` while there are runs on it. */
  remove(input: { id: string }): Promise<void>
  /** The rows of a data set as it is split now. */
  rowsFile(id: string): string
  /** The file as it was imported, with columns and all rows. */
  openOriginal(id: string): Promise<Table>
  /** Where the file lies that a door refers to. */
  pathOf(file: FileReference): string
  /** What imports left behind that were killed more than a day ago. */
  removeLeftovers(): Promise<void>
}

export interface FileInput {
  file: FileReference
  options: ImportOptions
}

const leftoverMs = 24 * 3_600_000

export function createDatasets({
  workspace,
  database,
  trainer,
  models,
  publish,
}: {
  workspace: Workspace
  database: Database
  trainer: Pick<Trainer, 'run'>
  models: Pick<Models, 'resolve' | 'list'>
  publish: Publish
}): Datasets {
  const store = createDatasetStore(database)
  const folderOf = (id: string) => join(workspace.datasets, id)
  const rowsFile = (id: string) => join(folderOf(id), rowsName(store.get(id)))
  const lengthsFile = (id: string, { contentHash }: Model) =>
    join(workspace.cache, 'token-lengths', `${id}-${contentHash.slice(0, 16)}.json`)

  async function openOriginal(id: string): Promise<Table> {
    const dataset = store.get(id)
    return openTable(join(folderOf(id), originalName(dataset)), dataset)
  }

  async function open({ file, options: { encoding, delimiter } }: FileInput): Promise<Table> {
    return openTable(pathOf(file), { encoding, delimiter, fileName: nameOf(file) })
  }

  /** Copies the original and writes the rows; the folder is there when all of it is. */
  async function keep(dataset: Dataset, table: Table, readRows: ImportPlan['readRows']): Promise<void> {
    const folder = folderOf(dataset.id)
    const write = async (inside: string) => {
      const original = join(inside, originalName(dataset))
      const copied = hashedStream(table.path)
      await writeAtomically(original, copied.bytes, { neededBytes: table.byteLength })
      if (copied.digest() !== dataset.contentHash) {
        throw new Failure(
          'file-unreadable',
          `${table.fileName} changed while it was being read. Close the program that writes it and import it again.`,
          { path: table.path },
        )
      }
      const copy = await openTable(original, table)
      await writeAtomically(join(inside, rowsName(dataset)), encodeRows(readRows(copy)), {
        neededBytes: 2 * table.byteLength,
      })
    }
    await writeFolderAtomically(folder, write, { neededBytes: 3 * table.byteLength })
  }

  async function tokenLengths(dataset: Dataset, modelId: string | undefined): Promise<TokenLengths | null> {
    const model = modelId === undefined ? (await models.list())[0] : await models.resolve(modelId)
    if (model === undefined) return null
    const file = lengthsFile(dataset.id, model)
    const { id, maximumLength } = model
    const known = await readFile(file, 'utf8').catch(() => undefined)
    if (known !== undefined) return { modelId: id, maximumLength, tokens: JSON.parse(known) }
    const counted = await trainer.run('token-lengths', {
      modelFolder: model.folder,
      rowsFile: rowsFile(dataset.id),
    })
    const tokens = counted.map((row) => row.tokens)
    await writeAtomically(file, JSON.stringify(tokens))
    return { modelId: id, maximumLength, tokens }
  }

  function refuseInUse(dataset: Dataset, what: string): void {
    const runs = store.countRuns(dataset.id)
    if (runs === 0) return
    throw new Failure(
      'dataset-in-use',
      `"${dataset.name}" cannot be ${what}: ${runs === 1 ? '1 run was' : `${runs} runs were`} trained on it. ` +
        `Remove ${runs === 1 ? 'that run' : 'those runs'} first, or import the file once more.`,
      { datasetId: dataset.id, runs },
    )
  }

  function pathOf(file: FileReference): string {
    if (file.kind === 'path') return file.path
    if (file.kind === 'example') return findResources().exampleFile
    // Ids are made by Fino; anything else could lead out of the folder.
    const path = /^[0-9a-f-]{36}$/.test(file.uploadId) ? join(workspace.uploads, file.uploadId) : undefined
    if (path !== undefined && existsSync(path)) return path
    throw new Failure(
      'not-found',
      `The upload of ${file.fileName.slice(0, 100)} is no longer there. Choose the file again.`,
    )
  }

  return {
    async preview(input) {
      const table = await open(input)
      const { columns, rowCount, firstRows } = await scanColumns(table)
      const { fileName, byteLength, encoding, delimiter } = table
      return {
        fileName,
        byteLength,
        encoding,
        delimiter,
        columns: columns.map((column) => columnSchema.parse(column)),
        rows: firstRows.map(cutRow),
        rowCount,
        suggested: suggestColumns(columns, input.options),
      }
    },
    async import(input) {
      const table = await open(input)
      const contentHash = await hashFile(table.path)
      const scanned = await scanColumns(table)
      const choice = chooseColumns(table, scanned.columns, input.options)
      const existing = await findSame(table, choice, input.options, contentHash)
      if (existing !== undefined) return existing
      const { readRows, ...plan } = await planImport(table, scanned, choice, input.options.splitSeed ?? 0)
      const dataset: Dataset = {
        id: randomUUID(),
        name: input.options.name ?? parse(table.fileName).name,
        fileName: table.fileName,
        contentHash,
        encoding: table.encoding,
        delimiter: table.delimiter,
        columns: table.columns,
        ...plan,
        createdAt: new Date().toISOString(),
      }
      await keep(dataset, table, readRows)
      try {
        store.insert(dataset)
      } catch (thrown) {
        await rm(folderOf(dataset.id), { recursive: true, force: true })
        throw toStoreFailure(thrown, workspace.databaseFile)
      }
      publish('datasets:changed', null)
      return dataset
    },
    list: store.list,
    get: ({ id }) => store.get(id),
    async report({ id, modelId }) {
      const dataset = store.get(id)
      const lengths = await tokenLengths(dataset, modelId)
      return reportOn(dataset, readRowsFile(rowsFile(id)), lengths)
    },
    async resplit({ id, splitSeed }) {
      const dataset = store.get(id)
      refuseInUse(dataset, 'split anew')
      // Read again from the file itself: the group of a row is not kept with its text.
      const table = await openOriginal(id)
      const { readRows, ...plan } = await planImport(table, await scanColumns(table), dataset, splitSeed)
      const before = rowsFile(id)
      const after = join(folderOf(id), rowsName({ splitSeed }))
      await writeAtomically(after, encodeRows(readRows()))
      // From here on the new file is the one that counts; until here the old one is.
      const changed = store.update({ ...dataset, ...plan })
      if (after !== before) await rm(before, { force: true })
      publish('datasets:changed', null)
      return changed
    },
    async remove({ id }) {
      refuseInUse(store.get(id), 'removed')
      store.remove(id)
      await rm(folderOf(id), { recursive: true, force: true })
      const lengths = join(workspace.cache, 'token-lengths')
      for (const name of await readdir(lengths).catch(() => [])) {
        if (name.startsWith(id)) await rm(join(lengths, name), { force: true })
      }
      publish('datasets:changed', null)
    },
    rowsFile,
    openOriginal,
    pathOf,
    async removeLeftovers() {
      const known = new Set(store.list().map(({ id }) => id))
      for (const name of await readdir(workspace.datasets).catch(() => [])) {
        const changed = await stat(folderOf(name)).catch(() => undefined)
        const old = changed !== undefined && Date.now() - changed.mtimeMs > leftoverMs
        if (old && !known.has(name)) await rm(folderOf(name), { recursive: true, force: true })
      }
    },
  }

  async function findSame(
    { encoding, delimiter }: Table,
    choice: ColumnChoice,
    { name, splitSeed = 0 }: ImportOptions,
    contentHash: string,
  ): Promise<Dataset | undefined> {
    // A regression of a former version does not know its numbers.
    const complete = ({ task, numbers }: Dataset) => task !== 'regression' || numbers !== null
    const wanted = { encoding, delimiter, ...choice, splitSeed, ...(name ? { name } : {}) }
    const same = store
      .withContent(contentHash)
      .find(
        (dataset) =>
          complete(dataset) && Object.entries(wanted).every(([key, value]) => dataset[key as keyof Dataset] === value),
      )
    if (same === undefined) return undefined
    const kept = await stat(rowsFile(same.id)).catch(() => undefined)
    return kept === undefined ? undefined : same
  }
}

/** Named by the seed of the split, so that rows and recorded split change together, with the record. */
function rowsName({ splitSeed }: Pick<Dataset, 'splitSeed'>): string {
  return splitSeed === 0 ? 'rows.jsonl' : `rows-${splitSeed}.jsonl`
}

function originalName({ contentHash, fileName }: Pick<Dataset, 'contentHash' | 'fileName'>): string {
  return `${contentHash}${extname(fileName).toLowerCase()}`
}

export function nameOf(file: FileReference): string | undefined {
  return file.kind === 'upload' ? basename(file.fileName.replaceAll('\\', '/')) || 'upload.csv' : undefined
}

/** Long cells would only burden the window. */
function cutRow(cells: readonly string[]): string[] {
  return cells.map((cell) => (cell.length <= 2000 ? cell : `${cell.slice(0, 2000)}…`))
}
