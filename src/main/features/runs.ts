/** Runs: started, queued, watched, stopped, resumed. What happens is stored first and published then. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, type FailureRecord, toFailureRecord } from '../../shared/failure'
import type { Recipe, RecipeRequest } from '../../shared/recipe'
import type { ScoredRow } from '../../shared/result'
import type { Checkpoint, MetricPoint, Progress, Run } from '../../shared/run'
import type { Workspace } from '../files/workspace'
import { smallerStep } from '../quote/micro-batch'
import type { CheckpointStore } from '../store/checkpoints'
import { toStoreFailure } from '../store/database'
import type { MetricStore, TestRowQuery } from '../store/metrics'
import type { RunStore } from '../store/runs'
import type { Jobs, TrainOutput } from '../trainer/contract'
import { createQueue, type Queued } from '../trainer/queue'
import type { RunningJob, Trainer } from '../trainer/trainer'
import type { AdaptationRuns, AdaptationToRun } from './adaptation-runs'
import type { Backends } from './backends'
import { type Library, materialOf, needsModel, problemOf, refuseChangedBase } from './library'
import type { Publish } from './publish'
import type { Quotes } from './quotes'
import type { Quoted, Quoting } from './quoting'
import type { Prepared, Recipes } from './recipes'

export interface Runs {
  start(input: { request: RecipeRequest; name?: string | undefined }): Promise<Run>
  /** Queues the adaptation of a model to texts that were gathered; their file becomes the run's own. */
  adapt(input: AdaptationToRun): Promise<Run>
  list(): Run[]
  get(id: string): Run
  history(id: string): { points: MetricPoint[]; progress: Progress | null; checkpoint: Checkpoint | null }
  /** Stop and save; a run that still waits is cancelled. */
  stop(id: string): Run
  cancel(id: string): Run
  /** Goes on from the last checkpoint, or from the start where none was reached: the numbers are the same. */
  resume(id: string): Run
  rename(id: string, name: string): Run
  remove(id: string): Promise<void>
  testRows(id: string, query: TestRowQuery): { rows: ScoredRow[]; total: number }
  /** Resolves when the run is neither queued nor under way. */
  settled(id: string): Promise<Run>
  isBusy(): boolean
  /** Runs under way become `interrupted`; to be called before the trainer is closed. */
  beginClosing(): void
  /** Resolves when nothing is under way any more. */
  closed(): Promise<void>
}

interface Active {
  resumes: boolean
  /** What was told of it, where that is known before its turn. */
  quoted?: Quoted | undefined
  queued: Queued<void>
  job?: Pick<RunningJob<unknown>, 'stop' | 'cancel'>
  asked?: 'stop' | 'cancel'
}

export interface RunsContext {
  workspace: Pick<Workspace, 'runs' | 'keptOutputs' | 'databaseFile'>
  store: RunStore
  metrics: MetricStore
  checkpoints: CheckpointStore
  library: Library
  adaptationRuns: AdaptationRuns
  recipes: Recipes
  quotes: Quotes
  quoting: Pick<Quoting, 'learn'>
  backends: Pick<Backends, 'choose'>
  trainer: Pick<Trainer, 'start'>
  sessionId: string
  publish: Publish
}

export function createRuns(context: RunsContext): Runs {
  const { workspace, store, metrics, checkpoints, library, recipes, adaptationRuns, quotes, quoting } = context
  const { backends, trainer, sessionId, publish } = context
  const queue = createQueue()
  const active = new Map<string, Active>()
  let closing = false

  const now = () => new Date().toISOString()
  const folderOf = (id: string) => join(workspace.runs, id)
  const changed = (run: Run) => {
    publish('runs:changed', { id: run.id })
    return run
  }

  function enqueue(id: string, { resume, quoted }: { resume: boolean; quoted?: Quoted }): void {
    const entry: Active = { resumes: resume, quoted, queued: queue.add(() => execute(id, entry, resume)) }
    active.set(id, entry)
    // Withdrawn before its turn: what becomes of the run was stored by whoever withdrew it.
    const leave = () => {
      if (active.get(id) === entry) active.delete(id)
    }
    entry.queued.done.then(leave, leave)
  }

  async function execute(id: string, entry: Active, resume: boolean): Promise<void> {
    try {
      // Known from the start, so that a watcher sees what computes; where it cannot run, the worker says why.
      const { recipe, versions, adaptation } = store.get(id)
      const { backend, device } = (await computesOn(recipe)) ?? {}
      changed(
        store.move(id, 'running', { at: now(), sessionId, ...(backend && { backend }), ...(device && { device }) }),
      )
      const prepared = adaptation === null ? await prepareAgain(store.get(id)) : null
      if (needsModel(recipe)) {
        const model = prepared?.model ?? (await library.model(recipe.modelId))
        store.setVersions(id, { baseModel: model.contentHash, ...versions })
        refuseChangedBase(store.get(id), model)
      }
      await (prepared === null ? adapt(id, entry, resume) : train(id, entry, prepared, resume))
    } catch (thrown) {
      await giveUp(id, toFailureRecord(toStoreFailure(thrown, workspace.databaseFile)))
    }
  }

  async function computesOn(recipe: Recipe) {
    return needsModel(recipe) ? backends.choose(recipe.backend).catch(() => undefined) : undefined
  }

  /** The recipe is the run's own; data set and model are looked up again, since they may have gone while it waited. */
  async function prepareAgain({ recipe }: Run): Promise<Prepared> {
    return { ...(await recipes.prepare(recipe)), recipe }
  }

  /** Not waited for: other quotes' probes may be before it. A run without a quote is no worse. */
  async function quoteFor(id: string, prepared: Prepared): Promise<Quoted | undefined> {
    try {
      const quoted = await quotes.forRun(prepared)
      store.setQuote(id, quoted.quote)
      publish('runs:changed', { id })
      return quoted
    } catch {
      return undefined
    }
  }

  async function train(id: string, entry: Active, prepared: Prepared, resume: boolean): Promise<void> {
    const { recipe } = prepared
    const material = materialOf(library, prepared)
    const step = await quotes.stepFor(prepared).catch(() => undefined) // a run without a quote is no worse
    refuseAsked(entry)
    const paths = { runFolder: folderOf(id), keptFolder: workspace.keptOutputs }
    const input = { material, recipe, resume, ...paths, ...(step && { step }) }
    const quote = resume ? undefined : quoteFor(id, prepared)
    const output = await compute('train', id, entry, input)
    metrics.replaceTestRows(id, output.testRows)
    conclude(id, output)
    const quoted = await quote
    if (quoted) quoting.learn({ id, recipe }, quoted, output.result)
  }

  /** The new model is there before the run says so. */
  async function adapt(id: string, entry: Active, resume: boolean): Promise<void> {
    const run = store.get(id)
    const input = await adaptationRuns.inputOf(run, { resume })
    refuseAsked(entry)
    const output = await compute('adapt', id, entry, input)
    await adaptationRuns.keep(run, input.folder, output)
    conclude(id, output)
    if (entry.quoted) quoting.learn(run, entry.quoted, output.result)
  }

  /** Where the memory runs out, once more from the last state, in a new process, with a step that needs less. */
  async function compute<Name extends 'train' | 'adapt'>(
    name: Name,
    id: string,
    entry: Active,
    input: Jobs[Name]['input'],
  ): Promise<Jobs[Name]['output']> {
    const job = trainer.start(name, input, {
      progress(progress, points) {
        store.setProgress(id, progress)
        metrics.add(id, points)
        publish('runs:progress', { id, progress, points })
      },
      checkpoint(step, byteLength) {
        checkpoints.set(id, { step, byteLength, savedAt: now() })
      },
    })
    entry.job = job
    try {
      return await job.done
    } catch (thrown) {
      const step = smallerStep({ ...input.recipe, ...input.step })
      const outOfMemory = thrown instanceof Failure && thrown.code === 'out-of-memory'
      if (!outOfMemory || step === null || entry.asked || closing || !needsModel(input.recipe)) throw thrown
      return await compute(name, id, entry, { ...input, resume: true, step })
    }
  }

  function conclude(id: string, { result, backend, device, versions: used }: Omit<TrainOutput, 'testRows'>): void {
    const versions = { ...store.get(id).versions, ...used }
    const status = result.stoppedBecause === 'asked' ? 'stopped' : 'finished'
    if (status === 'finished') checkpoints.remove(id)
    changed(store.move(id, status, { at: now(), result, backend, device, versions }))
  }

  async function giveUp(id: string, failure: FailureRecord): Promise<void> {
    if (failure.code === 'cancelled') {
      await rm(folderOf(id), { recursive: true, force: true }).catch(() => undefined)
      checkpoints.remove(id)
      changed(store.move(id, 'cancelled', { at: now() }))
      return
    }
    const at = now()
    if (closing) changed(store.move(id, 'interrupted', { at, failure: closedFailure() }))
    else changed(store.move(id, failure.code === 'worker-exited' ? 'interrupted' : 'failed', { at, failure }))
  }

  function activeOrFail(id: string): Active {
    const run = store.get(id)
    const found = active.get(id)
    if (found !== undefined && isUnderWay(run)) return found
    throw new Failure(
      'run-state',
      isUnderWay(run)
        ? `The run "${run.name}" belongs to another window or terminal that has Fino open. Stop it there.`
        : `The run "${run.name}" is ${run.status}; only a run that is queued or under way can be stopped.`,
      { runId: id, status: run.status },
    )
  }

  function end(id: string, how: 'stop' | 'cancel'): Run {
    const entry = activeOrFail(id)
    if (entry.queued.withdraw()) {
      // What a resumed run has saved before is not given up by stopping it.
      const kept = entry.resumes && how === 'stop'
      return changed(store.move(id, kept ? 'interrupted' : 'cancelled', { at: now() }))
    }
    entry.asked = how
    entry.job?.[how]()
    return store.get(id)
  }

  return {
    async start({ request, name }) {
      const { recipe, dataset, model } = await recipes.prepare(request)
      if (needsModel(recipe)) await backends.choose(recipe.backend)
      const run = store.insert({
        id: newId(),
        name: name?.trim() || `${dataset.name} · ${recipe.strategy}`,
        recipe,
        datasetName: dataset.name,
        modelName: needsModel(recipe) ? model.name : '',
        problem: problemOf(dataset, recipe),
        sessionId,
        createdAt: now(),
      })
      enqueue(run.id, { resume: false })
      return changed(run)
    },
    async adapt(input) {
      const { recipe, quoted } = input
      await backends.choose(recipe.backend)
      const id = newId()
      store.insert({ ...(await adaptationRuns.create(id, input)), sessionId, createdAt: now() })
      store.setQuote(id, quoted.quote)
      enqueue(id, { resume: false, quoted })
      return changed(store.get(id))
    },
    list: () => store.list(),
    get: (id) => store.get(id),
    history: (id) => ({
      progress: store.progress(id),
      points: metrics.points(id),
      checkpoint: checkpoints.get(id),
    }),
    stop: (id) => end(id, 'stop'),
    cancel: (id) => end(id, 'cancel'),
    resume(id) {
      const run = store.move(id, 'queued', { at: now(), sessionId })
      enqueue(id, { resume: true })
      return changed(run)
    },
    rename: (id, name) => changed(store.rename(id, name)),
    async remove(id) {
      const run = store.get(id)
      if (isUnderWay(run)) {
        throw new Failure('run-state', `The run "${run.name}" is ${run.status}. Cancel it before you remove it.`, {
          runId: id,
          status: run.status,
        })
      }
      await rm(folderOf(id), { recursive: true, force: true })
      store.remove(id)
      publish('runs:changed', { id })
    },
    testRows: (id, query) => metrics.testRows(store.get(id).id, query),
    async settled(id) {
      await active.get(id)?.queued.done.catch(() => undefined)
      return store.get(id)
    },
    isBusy: () => [...active.keys()].some((id) => isUnderWay(store.get(id))),
    beginClosing() {
      closing = true
      for (const [id, { queued }] of active) {
        if (queued.withdraw()) changed(store.move(id, 'interrupted', { at: now(), failure: closedFailure() }))
      }
    },
    closed: () => queue.idle(),
  }
}

function newId(): string {
  return randomBytes(5).toString('hex')
}

function refuseAsked({ asked }: Active): void {
  if (asked) throw new Failure('cancelled', 'It was cancelled before training began.')
}

function isUnderWay({ status }: Run): boolean {
  return status === 'queued' || status === 'running'
}

function closedFailure(): FailureRecord {
  return {
    code: 'worker-exited',
    message: 'Fino was closed while this run was under way. Resume it to go on where it was last saved.',
    details: {},
  }
}
