/** Base models: folders on this machine that were found loadable, as they were then. */
import type { Model } from '../../shared/model'
import type { Database } from './database'

/** A model with the state of its files when it was described. */
export interface StoredModel {
  model: Model
  signature: string
  addedAt: string
}

export interface ModelStore {
  /** Inserts, or replaces the facts of the model with this id. */
  put(stored: StoredModel): void
  find(id: string): StoredModel | undefined
  findByFolder(folder: string): StoredModel | undefined
  /** The starter first, then in the order in which they were added. */
  list(): StoredModel[]
  remove(id: string): void
  /** Runs that are queued or under way and start from it. */
  countActiveRuns(id: string): number
}

interface Row {
  id: string
  name: string
  source: Model['source']
  folder: string
  architecture: Model['architecture']
  parameters: number
  layers: number
  width: number
  heads: number
  key_value_heads: number
  head_size: number
  feed_forward_width: number
  vocabulary_size: number
  maximum_length: number
  byte_length: number
  content_hash: string
  origin: string | null
  signature: string
  added_at: string
}

export function createModelStore(database: Database): ModelStore {
  const put = database.prepare(`
    INSERT OR REPLACE INTO models (id, name, source, folder, architecture, parameters, layers, width, heads,
                                   key_value_heads, head_size, feed_forward_width, vocabulary_size, maximum_length,
                                   byte_length, content_hash, origin, signature, added_at)
    VALUES (@id, @name, @source, @folder, @architecture, @parameters, @layers, @width, @heads,
            @keyValueHeads, @headSize, @feedForwardWidth, @vocabularySize, @maximumLength,
            @byteLength, @contentHash, @origin, @signature, @addedAt)`)
  const selectOne = database.prepare<[string], Row>('SELECT * FROM models WHERE id = ?')
  const selectByFolder = database.prepare<[string], Row>('SELECT * FROM models WHERE folder = ?')
  const selectAll = database.prepare<[], Row>("SELECT * FROM models ORDER BY source = 'starter' DESC, added_at, id")
  const remove = database.prepare('DELETE FROM models WHERE id = ?')
  const countActiveRuns = database.prepare<[string], { runs: number }>(
    "SELECT count(*) AS runs FROM runs WHERE model_id = ? AND status IN ('queued', 'running')",
  )
  const found = (row: Row | undefined) => (row === undefined ? undefined : toStoredModel(row))
  return {
    put: ({ model, signature, addedAt }) =>
      void put.run({ ...model, origin: model.origin && JSON.stringify(model.origin), signature, addedAt }),
    find: (id) => found(selectOne.get(id)),
    findByFolder: (folder) => found(selectByFolder.get(folder)),
    list: () => selectAll.all().map(toStoredModel),
    remove: (id) => void remove.run(id),
    countActiveRuns: (id) => countActiveRuns.get(id)?.runs ?? 0,
  }
}

function toStoredModel(row: Row): StoredModel {
  return {
    model: {
      id: row.id,
      name: row.name,
      source: row.source,
      folder: row.folder,
      architecture: row.architecture,
      parameters: row.parameters,
      layers: row.layers,
      width: row.width,
      heads: row.heads,
      keyValueHeads: row.key_value_heads,
      headSize: row.head_size,
      feedForwardWidth: row.feed_forward_width,
      vocabularySize: row.vocabulary_size,
      maximumLength: row.maximum_length,
      byteLength: row.byte_length,
      contentHash: row.content_hash,
      origin: row.origin === null ? null : JSON.parse(row.origin),
    },
    signature: row.signature,
    addedAt: row.added_at,
  }
}
