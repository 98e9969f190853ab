/** What a result means, before any table: what was achieved, against not reading the texts or not training at all. */
import type { Adaptation } from '../../../shared/adaptation'
import type { Metrics, RunResult } from '../../../shared/result'

export type Tone = 'poor' | 'some' | 'good'

export type Verdict =
  | {
      kind: 'single-label'
      tone: Tone
      correct: number
      total: number
      /** What always answering the most frequent label would get right. */
      baseline: number
      /** That label, where the test split tells which it is. */
      majority: string | null
    }
  | { kind: 'multi-label'; tone: Tone; correct: number; total: number; score: number; baseline: number }
  /** Errors in the target's own units; `baseline` = the mean's. */
  | { kind: 'regression'; tone: Tone; r2: number; error: number; baseline: number }
  /** `baseline` = the perplexity before training. */
  | { kind: 'instruction'; tone: Tone; total: number; perplexity: number; baseline: number }
  /** Shares of the hidden pieces that were foreseen; `baseline` = before adapting, null where its head was new. */
  | { kind: 'language'; tone: Tone; total: number; pieces: number; foreseen: number; baseline: number | null }

/** Above this share of the way from the baseline to perfect, a result counts as good. */
const goodShare = 0.6
/** Answers are never perfect: there a third of the way counts as good. */
const goodShareOfAnswers = 0.33
/** A perplexity that falls by less than this share gained little. */
const clearFall = 0.05

/** @param head of an adapted model: beside a new one, the figures before say little, and nothing is called good */
export function verdictOf(
  { test, naive }: Pick<RunResult, 'test' | 'naive'>,
  head: Adaptation['head'] = null,
): Verdict {
  switch (test.kind) {
    case 'single-label': {
      const before = same(test, naive)
      const total = test.examples
      const correct = Math.round(test.accuracy * total)
      const baseline = Math.round(before.accuracy * total)
      const candidates = test.perClass.filter(({ support }) => support === baseline)
      return {
        kind: test.kind,
        tone: correct <= baseline ? 'poor' : tone(test.accuracy, before.accuracy, goodShare),
        correct,
        total,
        baseline,
        majority: candidates.length === 1 ? (candidates[0]?.label ?? null) : null,
      }
    }
    case 'multi-label': {
      const before = same(test, naive)
      return {
        kind: test.kind,
        tone: tone(test.microF1, before.microF1, goodShare),
        correct: Math.round(test.exactMatch * test.examples),
        total: test.examples,
        score: test.microF1,
        baseline: before.microF1,
      }
    }
    case 'regression': {
      const before = same(test, naive)
      return {
        kind: test.kind,
        tone: tone(test.r2, Math.max(before.r2, 0), goodShare),
        r2: test.r2,
        error: test.meanAbsoluteError,
        baseline: before.meanAbsoluteError,
      }
    }
    case 'language': {
      const before = same(test, naive)
      const clear = test.perplexity <= (1 - clearFall) * before.perplexity
      return {
        kind: test.kind,
        tone: test.loss >= before.loss ? 'poor' : clear && head !== 'new' ? 'good' : 'some',
        total: test.examples,
        pieces: test.tokens,
        foreseen: test.tokenAccuracy,
        baseline: head === 'new' ? null : before.tokenAccuracy,
      }
    }
    case 'instruction': {
      const before = same(test, naive)
      return {
        kind: test.kind,
        // Of the loss, where what is perfect (0) and what is twice as good can be told.
        tone: tone(-test.loss, -before.loss, goodShareOfAnswers, 0),
        total: test.examples,
        perplexity: test.perplexity,
        baseline: before.perplexity,
      }
    }
    default:
      return test satisfies never
  }
}

function tone(value: number, before: number, good: number, perfect = 1): Tone {
  if (value <= before) return 'poor'
  return (value - before) / Math.max(perfect - before, 1e-9) >= good ? 'good' : 'some'
}

/** Test and baseline are scored on the same problem. */
function same<One extends Metrics>(test: One, naive: Metrics): One {
  if (naive.kind !== test.kind) throw new Error(`verdictOf: a ${test.kind} result beside a ${naive.kind} baseline`)
  return naive as One
}
