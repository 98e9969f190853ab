/** What every job gets beside its input. */
import type { MetricPoint, Progress } from '../../../shared/run'
import type { StopFlag } from '../../engine/training/events'
import type { JobName, Jobs } from '../contract'

export interface JobContext {
  readonly stop: StopFlag
  /** Shown as the latest; points are kept until they are sent. */
  progress(progress: Progress, points: readonly MetricPoint[]): void
  counted(done: number, total: number): void
  checkpoint(step: number, byteLength: number): void
  /** Sends what waits: before anything is written that makes it part of the past. */
  flush(): void
  /** Lets messages (stop, cancel) in. Called between batches: mathematics alone never leaves the stage. */
  breathe(): Promise<void>
}

export type Job<Name extends JobName> = (
  input: Jobs[Name]['input'],
  context: JobContext,
) => Promise<Jobs[Name]['output']>
