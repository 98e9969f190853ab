/** Data sets: what was imported, from which file, and how it was split. Their rows are files of the workspace. */
import type { Dataset } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Database } from './database'

export interface DatasetStore {
  insert(dataset: Dataset): void
  /** Fails with `not-found`. */
  get(id: string): Dataset
  /** Newest first. */
  list(): Dataset[]
  /** Replaces what a new split changes: its sizes and seed, and what was counted and found. */
  update(dataset: Dataset): Dataset
  remove(id: string): void
  /** Runs that were started on it, whatever became of them. */
  countRuns(id: string): number
  /** Data sets made of the file with this SHA-256, newest first. */
  withContent(contentHash: string): Dataset[]
}

interface Row {
  id: string
  name: string
  file_name: string
  content_hash: string
  task: Dataset['task']
  encoding: Dataset['encoding']
  delimiter: Dataset['delimiter']
  columns: string
  text_column: string
  target_column: string
  context_column: string | null
  group_column: string | null
  label_separator: string | null
  numbers: string | null
  row_count: number
  labels: string
  splits: string
  split_seed: number
  warnings: string
  created_at: string
}

export function createDatasetStore(database: Database): DatasetStore {
  const insert = database.prepare(`
    INSERT INTO datasets (id, name, file_name, content_hash, task, encoding, delimiter, columns, text_column,
                          target_column, context_column, group_column, label_separator, numbers, row_count, labels,
                          splits, split_seed, warnings, created_at)
    VALUES (@id, @name, @fileName, @contentHash, @task, @encoding, @delimiter, @columns, @textColumn,
            @targetColumn, @contextColumn, @groupColumn, @labelSeparator, @numbers, @rows, @labels,
            @splits, @splitSeed, @warnings, @createdAt)`)
  const selectOne = database.prepare<[string], Row>('SELECT * FROM datasets WHERE id = ?')
  const selectAll = database.prepare<[], Row>('SELECT * FROM datasets ORDER BY created_at DESC, rowid DESC')
  const selectSame = database.prepare<[string], Row>(
    'SELECT * FROM datasets WHERE content_hash = ? ORDER BY created_at DESC, rowid DESC',
  )
  const update = database.prepare(`
    UPDATE datasets SET numbers = @numbers, row_count = @rows, labels = @labels, splits = @splits,
                        split_seed = @splitSeed, warnings = @warnings
    WHERE id = @id`)
  const remove = database.prepare('DELETE FROM datasets WHERE id = ?')
  const countRuns = database.prepare<[string], { runs: number }>(
    'SELECT count(*) AS runs FROM runs WHERE dataset_id = ?',
  )

  const get = (id: string) => {
    const row = selectOne.get(id)
    if (row === undefined) {
      throw new Failure('not-found', `There is no data set ${id}. It may have been removed; import the file again.`, {
        datasetId: id,
      })
    }
    return toDataset(row)
  }

  return {
    insert: (dataset) => void insert.run(toParameters(dataset)),
    get,
    list: () => selectAll.all().map(toDataset),
    update(dataset) {
      update.run(toParameters(dataset))
      return get(dataset.id)
    },
    remove: (id) => void remove.run(id),
    countRuns: (id) => countRuns.get(id)?.runs ?? 0,
    withContent: (contentHash) => selectSame.all(contentHash).map(toDataset),
  }
}

function toParameters(dataset: Dataset) {
  return {
    ...dataset,
    columns: JSON.stringify(dataset.columns),
    labels: JSON.stringify(dataset.labels),
    numbers: dataset.numbers === null ? null : JSON.stringify(dataset.numbers),
    splits: JSON.stringify(dataset.splits),
    warnings: JSON.stringify(dataset.warnings),
  }
}

function toDataset(row: Row): Dataset {
  return {
    id: row.id,
    name: row.name,
    fileName: row.file_name,
    contentHash: row.content_hash,
    task: row.task,
    encoding: row.encoding,
    delimiter: row.delimiter,
    columns: JSON.parse(row.columns),
    textColumn: row.text_column,
    targetColumn: row.target_column,
    contextColumn: row.context_column,
    groupColumn: row.group_column,
    labelSeparator: row.label_separator,
    numbers: row.numbers === null ? null : JSON.parse(row.numbers),
    rows: row.row_count,
    labels: JSON.parse(row.labels),
    splits: JSON.parse(row.splits),
    splitSeed: row.split_seed,
    warnings: JSON.parse(row.warnings),
    createdAt: row.created_at,
  }
}
