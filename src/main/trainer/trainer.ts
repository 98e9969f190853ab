/** Owns the worker processes: starts them when a job needs them, hears what they say, ends them when nobody does. */
import { Failure } from '../../shared/failure'
import type { MetricPoint, Progress } from '../../shared/run'
import type { JobName, Jobs } from './contract'
import { createQueue } from './queue'
import { startWorker, type WorkerOptions, type WorkerProcess } from './worker-process'

/** What a job reports while it runs; progress and counts come at most ten times a second. */
export interface JobHooks {
  progress?(progress: Progress, points: MetricPoint[]): void
  counted?(done: number, total: number): void
  checkpoint?(step: number, byteLength: number): void
}

export interface RunningJob<Output> {
  /** Rejects with a Failure: the job's own, `cancelled`, or `worker-exited` where the process died. */
  readonly done: Promise<Output>
  /** Finish early and save. A job that has not started yet is cancelled. */
  stop(): void
  /** Leave without saving. */
  cancel(): void
}

export interface Trainer {
  run<Name extends JobName>(name: Name, input: Jobs[Name]['input'], hooks?: JobHooks): Promise<Jobs[Name]['output']>
  start<Name extends JobName>(
    name: Name,
    input: Jobs[Name]['input'],
    hooks?: JobHooks,
  ): RunningJob<Jobs[Name]['output']>
  /** Ends every worker process; jobs under way fail with `worker-exited`. */
  close(): Promise<void>
}

export interface TrainerOptions extends WorkerOptions {
  /** An idle worker is kept warm for this long. */
  idleMs?: number
}

/** Training has a lane to itself, and so have probes; a third answers the screens in the meantime. */
export function createTrainer(options: TrainerOptions): Trainer {
  const training = createLane({ ...options, afresh: true })
  const probing = createLane({ ...options, afresh: true })
  const quick = createLane({ ...options, afresh: false })
  const lanes: Partial<Record<JobName, ReturnType<typeof createLane>>> = { train: training, probe: probing }
  let nextId = 1

  const start: Trainer['start'] = (name, input, hooks = {}) =>
    (lanes[name] ?? quick).start(nextId++, name, input, hooks) as RunningJob<never>

  return {
    start,
    run: (name, input, hooks) => start(name, input, hooks).done,
    close: async () => {
      await Promise.all([training.close(), probing.close(), quick.close()])
    },
  }
}

/**
 * One worker at most, given one job at a time; started when the first job comes, again after it died. With `afresh` every job
 * has a new process, so that the memory it is said to need is its own and none is left over from the job before.
 */
function createLane({ idleMs = 60_000, afresh, ...workerOptions }: TrainerOptions & { afresh: boolean }) {
  const queue = createQueue()
  let worker: WorkerProcess | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let closed = false

  async function work(id: number, name: JobName, input: unknown, hooks: JobHooks): Promise<unknown> {
    clearTimeout(idleTimer)
    if (closed) throw new Failure('worker-exited', 'Fino was closed before this was done.')
    if (!worker?.alive) worker = startWorker(workerOptions)
    try {
      return await worker.run(id, name, input, hooks)
    } finally {
      if (afresh) await worker.end()
      else idleTimer = setTimeout(() => void worker?.end(), idleMs).unref()
    }
  }

  return {
    start(id: number, name: JobName, input: unknown, hooks: JobHooks): RunningJob<unknown> {
      const queued = queue.add(() => work(id, name, input, hooks))
      return {
        done: queued.done,
        stop: () => void (queued.withdraw() || worker?.stop(id)),
        cancel: () => void (queued.withdraw() || worker?.cancel(id)),
      }
    },
    async close(): Promise<void> {
      closed = true
      clearTimeout(idleTimer)
      if (worker?.alive) await worker.end()
    },
  }
}
