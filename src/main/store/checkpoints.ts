/** Checkpoints: how far each unfinished run was saved. */
import type { Checkpoint } from '../../shared/run'
import type { Database } from './database'

export interface CheckpointStore {
  /** The run's latest; an earlier one is replaced, as its file was. */
  set(runId: string, checkpoint: Checkpoint): void
  /** Null where nothing was saved to go on from. */
  get(runId: string): Checkpoint | null
  /** A finished run keeps its best parameters alone. */
  remove(runId: string): void
}

export function createCheckpointStore(database: Database): CheckpointStore {
  const replace = database.prepare(`
    INSERT INTO checkpoints (run_id, step, byte_length, saved_at) VALUES (@runId, @step, @byteLength, @savedAt)
    ON CONFLICT (run_id) DO UPDATE SET step = @step, byte_length = @byteLength, saved_at = @savedAt`)
  const select = database.prepare<[string], Checkpoint>(
    'SELECT step, byte_length AS byteLength, saved_at AS savedAt FROM checkpoints WHERE run_id = ?',
  )
  const remove = database.prepare('DELETE FROM checkpoints WHERE run_id = ?')
  return {
    set: (runId, checkpoint) => void replace.run({ runId, ...checkpoint }),
    get: (runId) => select.get(runId) ?? null,
    remove: (runId) => void remove.run(runId),
  }
}
