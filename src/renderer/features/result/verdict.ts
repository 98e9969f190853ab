/** What a result means, before any table: how many were right, against not reading the texts at all. */
import type { RunResult } from '../../../shared/result'

export interface Verdict {
  correct: number
  total: number
  /** What always answering the most frequent label would get right. */
  baseline: number
  /** That label, where the test split tells which it is. */
  majority: string | null
  tone: 'poor' | 'some' | 'good'
}

/** Above this share of the way from the baseline to perfect, a result counts as good. */
const goodShare = 0.6

export function verdictOf({ test, majority }: Pick<RunResult, 'test' | 'majority'>): Verdict {
  const total = test.examples
  const correct = Math.round(test.accuracy * total)
  const baseline = Math.round(majority.accuracy * total)
  const candidates = test.perClass.filter(({ support }) => support === baseline)
  const gained = (test.accuracy - majority.accuracy) / Math.max(1 - majority.accuracy, 1e-9)
  return {
    correct,
    total,
    baseline,
    majority: candidates.length === 1 ? (candidates[0]?.label ?? null) : null,
    tone: correct <= baseline ? 'poor' : gained >= goodShare ? 'good' : 'some',
  }
}
