/** Owns the worker processes: starts them when a job needs them, hears what they say, ends them when nobody does. */
import type { MetricPoint, Progress } from '../../shared/run'
import type { JobName, Jobs } from './contract'

/** What a job reports while it runs; each hook is called at most ten times a second. */
export interface JobHooks {
  progress?(progress: Progress, points: MetricPoint[]): void
  counted?(done: number, total: number): void
}

export interface RunningJob<Output> {
  /** Rejects with a Failure: the job's own, `cancelled`, or `worker-exited` where the process died. */
  readonly done: Promise<Output>
  /** Finish early and save. */
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
  /** Ends every worker process. */
  close(): Promise<void>
}
