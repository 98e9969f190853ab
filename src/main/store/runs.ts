/** Runs: an immutable recipe, a status that moves only along the machine of shared/run.ts, and what came of it. */
import type { Adaptation } from '../../shared/adaptation'
import { Failure, type FailureRecord } from '../../shared/failure'
import type { Problem } from '../../shared/problem'
import type { Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import type { RunResult } from '../../shared/result'
import type { Progress, Run, RunStatus } from '../../shared/run'
import type { Database } from './database'

/** Where a run may come from to reach a status. `queued` again = resumed, and waiting for its turn. */
const cameFrom: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['stopped', 'failed', 'interrupted'],
  running: ['queued'],
  finished: ['running'],
  stopped: ['running'],
  cancelled: ['queued', 'running'],
  failed: ['queued', 'running'],
  interrupted: ['queued', 'running'],
}

export interface NewRun {
  id: string
  name: string
  recipe: Recipe
  datasetName: string
  modelName: string
  problem: Problem
  adaptation?: Adaptation | null
  sessionId: string
  createdAt: string
}

/** What is learnt on the way to a status; what is left out stays as it is. */
export interface RunChange {
  at: string
  sessionId?: string
  backend?: string
  device?: string
  versions?: Record<string, string>
  result?: RunResult
  failure?: FailureRecord
}

export interface RunStore {
  insert(run: NewRun): Run
  /** Fails with `not-found`. */
  get(id: string): Run
  /** Newest first. */
  list(): Run[]
  /** Fails with `run-state` where the machine has no such way. */
  move(id: string, to: RunStatus, change: RunChange): Run
  setQuote(id: string, quote: Quote): void
  setVersions(id: string, versions: Record<string, string>): void
  /** What became known of an adaptation on its way. */
  setAdaptation(id: string, adaptation: Adaptation): void
  setProgress(id: string, progress: Progress): void
  /** The last progress of the run; null before any. */
  progress(id: string): Progress | null
  rename(id: string, name: string): Run
  remove(id: string): void
  /** Runs under way or queued whose process is gone become `interrupted`; their ids. */
  interruptOrphans(at: string): string[]
}

interface Row {
  id: string
  name: string
  status: RunStatus
  recipe: string
  dataset_name: string
  model_name: string
  problem: string
  adaptation: string | null
  backend: Run['backend']
  device: string | null
  versions: string
  quote: string | null
  progress: string | null
  result: string | null
  failure: string | null
  created_at: string
  started_at: string | null
  finished_at: string | null
}

/** Before there was a choice every label weighed the same, and no layer was computed twice. */
function toRecipe(json: string): Recipe {
  const recipe = JSON.parse(json) as Omit<Recipe, 'labelWeights' | 'recomputeLayers'> & Partial<Recipe>
  const { labelWeights = 'equal', recomputeLayers = false } = recipe
  return { ...recipe, labelWeights, recomputeLayers }
}

export function createRunStore(database: Database): RunStore {
  const selectOne = database.prepare<[string], Row>('SELECT * FROM runs WHERE id = ?')
  const selectAll = database.prepare<[], Row>('SELECT * FROM runs ORDER BY created_at DESC, rowid DESC')
  const insert = database.prepare(`
    INSERT INTO runs (id, name, status, recipe, dataset_id, model_id, strategy, seed, dataset_name, model_name, problem,
                      adaptation, session_id, created_at)
    VALUES (@id, @name, 'queued', @recipe, @datasetId, @modelId, @strategy, @seed, @datasetName, @modelName, @problem,
            @adaptation, @sessionId, @createdAt)`)
  const change = database.prepare(`
    UPDATE runs SET
      status = @status,
      session_id = coalesce(@sessionId, session_id),
      backend = coalesce(@backend, backend),
      device = coalesce(@device, device),
      versions = coalesce(@versions, versions),
      result = coalesce(@result, result),
      failure = @failure,
      started_at = iif(@status = 'running', coalesce(started_at, @at), started_at),
      finished_at = iif(@status IN ('queued', 'running'), NULL, @at)
    WHERE id = @id AND status IN (SELECT value FROM json_each(@cameFrom))`)
  const setQuote = database.prepare('UPDATE runs SET quote = ? WHERE id = ?')
  const setVersions = database.prepare('UPDATE runs SET versions = ? WHERE id = ?')
  const setAdaptation = database.prepare('UPDATE runs SET adaptation = ? WHERE id = ?')
  const setProgress = database.prepare('UPDATE runs SET progress = ? WHERE id = ?')
  const rename = database.prepare('UPDATE runs SET name = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM runs WHERE id = ?')
  const orphans = database.prepare<[], { id: string }>(`
    SELECT id FROM runs
    WHERE status IN ('queued', 'running') AND (session_id IS NULL OR session_id NOT IN (SELECT id FROM sessions))`)

  const row = (id: string): Row => {
    const found = selectOne.get(id)
    if (found === undefined) {
      throw new Failure('not-found', `There is no run ${id}. \`fino runs\` lists those there are.`, { runId: id })
    }
    return found
  }
  const get = (id: string) => toRun(row(id))

  const move: RunStore['move'] = (id, to, facts) => {
    const before = get(id)
    const changes = change.run({
      id,
      status: to,
      at: facts.at,
      sessionId: facts.sessionId ?? null,
      backend: facts.backend ?? null,
      device: facts.device ?? null,
      versions: facts.versions === undefined ? null : JSON.stringify(facts.versions),
      result: facts.result === undefined ? null : JSON.stringify(facts.result),
      failure: facts.failure === undefined ? null : JSON.stringify(facts.failure),
      cameFrom: JSON.stringify(cameFrom[to]),
    }).changes
    if (changes === 0) {
      const reason =
        to === 'queued'
          ? 'only one that was stopped, failed or was interrupted can be resumed'
          : `it cannot become ${to}`
      throw new Failure('run-state', `The run "${before.name}" is ${before.status}; ${reason}.`, {
        runId: id,
        status: before.status,
        wanted: to,
      })
    }
    return get(id)
  }

  return {
    insert(run) {
      const { recipe, problem, adaptation = null } = run
      insert.run({
        ...run,
        recipe: JSON.stringify(recipe),
        problem: JSON.stringify(problem),
        adaptation: adaptation && JSON.stringify(adaptation),
        datasetId: recipe.datasetId,
        modelId: recipe.modelId,
        strategy: recipe.strategy,
        seed: recipe.seed,
      })
      return get(run.id)
    },
    get,
    list: () => selectAll.all().map(toRun),
    move,
    setQuote: (id, quote) => void setQuote.run(JSON.stringify(quote), id),
    setVersions: (id, versions) => void setVersions.run(JSON.stringify(versions), id),
    setAdaptation: (id, adaptation) => void setAdaptation.run(JSON.stringify(adaptation), id),
    setProgress: (id, progress) => void setProgress.run(JSON.stringify(progress), id),
    progress: (id) => parsed<Progress>(row(id).progress),
    rename(id, name) {
      rename.run(name, id)
      return get(id)
    },
    remove: (id) => void remove.run(id),
    interruptOrphans(at) {
      return database
        .transaction(() => {
          const ids = orphans.all().map(({ id }) => id)
          const failure: FailureRecord = {
            code: 'worker-exited',
            message: 'Fino ended while this run was under way. Resume it to go on where it was last saved.',
            details: {},
          }
          for (const id of ids) move(id, 'interrupted', { at, failure })
          return ids
        })
        .immediate()
    },
  }
}

function toRun(row: Row): Run {
  const result = parsed<RunResult>(row.result)
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    recipe: toRecipe(row.recipe),
    datasetName: row.dataset_name,
    modelName: row.model_name,
    problem: JSON.parse(row.problem),
    adaptation: parsed<Adaptation>(row.adaptation),
    backend: row.backend,
    device: row.device,
    versions: JSON.parse(row.versions),
    quote: parsed<Quote>(row.quote),
    // A result from before this was counted does not say it.
    result: result && { ...result, leftOutTexts: result.leftOutTexts ?? 0 },
    failure: parsed<FailureRecord>(row.failure),
    resumable: cameFrom.queued.includes(row.status),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}

function parsed<Value>(json: string | null): Value | null {
  return json === null ? null : JSON.parse(json)
}
