/** A phase of a run: work that counts, and may be left. */
import { Failure } from '../../../shared/failure'
import type { RunPhase } from '../../../shared/run'
import type { Counted } from '../data/encode'
import type { StopFlag, TrainingEvent } from './events'

/** Passes a counted work's progress on as that of a phase; leaves where cancelled. */
export async function* inPhase<Result>(
  phase: RunPhase,
  work: AsyncGenerator<Counted, Result>,
  stop: StopFlag,
): AsyncGenerator<TrainingEvent, Result> {
  try {
    for (;;) {
      leaveIfCancelled(stop)
      const next = await work.next()
      if (next.done) return next.value
      yield { kind: 'phase', phase, ...next.value }
    }
  } finally {
    await work.return(undefined as never) // so that it tidies up where it was left early
  }
}

export function leaveIfCancelled(stop: StopFlag): void {
  if (stop.requested === 'cancel') throw new Failure('cancelled', 'The run was cancelled; nothing of it was kept.')
}
