/** Expected failures: what was wrong, where, and what to do next. They cross every boundary as data. */
import { z } from 'zod'

export const failureCodes = [
  'usage',
  'file-missing',
  'file-unreadable',
  'file-empty',
  'file-binary',
  'file-too-large',
  'encoding-unknown',
  'dataset-malformed',
  'dataset-too-small',
  'dataset-in-use',
  'column-missing',
  'column-duplicate',
  'column-unsuitable',
  'target-constant',
  'target-unique',
  'task-unsupported',
  'model-missing',
  'model-malformed',
  'model-unsupported',
  'model-pickle',
  'strategy-unsupported',
  'recipe-invalid',
  'backend-unavailable',
  'acceleration-failed',
  'checkpoint-malformed',
  'run-state',
  'run-diverged',
  'out-of-memory',
  'device-lost',
  'disk-full',
  'write-failed',
  'export-mismatch',
  'port-in-use',
  'not-found',
  'forbidden',
  'connection-lost',
  'cancelled',
  'worker-exited',
  'internal',
] as const

export type FailureCode = (typeof failureCodes)[number]
export type FailureDetails = Readonly<Record<string, string | number | boolean | null>>

export const failureSchema = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type FailureRecord = z.infer<typeof failureSchema>

/** An expected failure. `message` names the place and the remedy in one or two sentences, for a person. */
export class Failure extends Error {
  override readonly name = 'Failure'
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly details: FailureDetails = {},
  ) {
    super(message)
  }

  toRecord(): FailureRecord {
    return { code: this.code, message: this.message, details: { ...this.details } }
  }

  static from(record: FailureRecord): Failure {
    return new Failure(record.code, record.message, record.details)
  }
}

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: FailureRecord }

/** Turns anything thrown into a record; a programmer's mistake becomes `internal` with its message, never its trace. */
export function toFailureRecord(thrown: unknown): FailureRecord {
  if (thrown instanceof Failure) return thrown.toRecord()
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', message: `Something went wrong inside Fino: ${message}`, details: {} }
}
