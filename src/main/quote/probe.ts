/** What a run should cost, from a few real steps on this machine. */
import type { DataFacts, Estimate, RunFacts } from './prior'

/** Measured by the worker; per token as it is computed, padding included. */
export interface Measured {
  secondsPerTrainingToken: number
  secondsPerEvaluationToken: number
  loadSeconds: number
  peakMemoryBytes: number
}

/** The prior with its times and its memory replaced by what was measured; disk and steps stay. */
export function estimateFromProbe(
  measured: Measured,
  { prior, strategy, data }: { prior: Estimate; strategy: RunFacts['strategy']; data: DataFacts },
): Estimate {
  const { secondsPerTrainingToken, secondsPerEvaluationToken, loadSeconds, peakMemoryBytes } = measured
  const once = strategy.cachesEncoder
    ? data.trainingTokensPerEpoch + data.validationTokens + data.testTokens
    : data.testTokens
  const everyEpoch = strategy.cachesEncoder ? 0 : data.validationTokens
  return {
    ...prior,
    fixedSeconds: loadSeconds + once * secondsPerEvaluationToken,
    secondsPerEpoch: data.trainingTokensPerEpoch * secondsPerTrainingToken + everyEpoch * secondsPerEvaluationToken,
    memoryBytes: peakMemoryBytes,
  }
}
