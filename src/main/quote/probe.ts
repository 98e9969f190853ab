/** What a run should cost, from a few real steps on this machine. */
import { answerSeconds, type Estimate, estimate, type RunFacts } from './prior'
import { reachOf } from './reach'

/** Measured by the worker; per token as it is computed, padding included. */
export interface Measured {
  /** Of a step whose constant part, if any, is kept. */
  secondsPerTrainingToken: number
  /** Of the whole model. */
  secondsPerEvaluationToken: number
  loadSeconds: number
  peakMemoryBytes: number
}

/** The prior with its times and its memory replaced by what was measured; disk, steps and answers stay. */
export function estimateFromProbe(measured: Measured, facts: RunFacts): Estimate {
  const { secondsPerTrainingToken, secondsPerEvaluationToken, loadSeconds, peakMemoryBytes } = measured
  const { shape, strategy, options, problem, data } = facts
  const { trainingTokensPerEpoch, validationTokens, testTokens } = data
  const answering = problem === 'instruction'
  const measurements = answering || problem === 'language' ? 2 : 1
  const constantShare = reachOf(strategy.id, options, shape.layers).constantLayers / shape.layers
  const tested = measurements * testTokens
  const once = facts.warm
    ? tested - constantShare * testTokens
    : constantShare * (trainingTokensPerEpoch + validationTokens) + tested
  const everyEpoch = (1 - constantShare) * validationTokens
  return {
    ...estimate(facts),
    fixedSeconds: loadSeconds + once * secondsPerEvaluationToken + (answering ? answerSeconds(facts) : 0),
    secondsPerEpoch: trainingTokensPerEpoch * secondsPerTrainingToken + everyEpoch * secondsPerEvaluationToken,
    memoryBytes: peakMemoryBytes,
  }
}
