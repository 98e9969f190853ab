/** Names what goes wrong below the engine: a backend that runs out of memory says so in words of its own. */
import { Failure, type FailureRecord, toFailureRecord } from '../../../shared/failure'
import { saysOutOfMemory } from '../out-of-memory'

export function describeFailure(thrown: unknown): FailureRecord {
  if (thrown instanceof Failure) return thrown.toRecord()
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (!saysOutOfMemory(message)) return toFailureRecord(thrown)
  return new Failure(
    'out-of-memory',
    'The memory ran out. Choose a smaller batch size (and more accumulation steps), let layers be computed twice ' +
      '(--recompute-layers), or choose a shorter maximum length or the strategy lora instead of full.',
    { reason: message.slice(0, 200) },
  ).toRecord()
}
