import { expect, it } from 'vitest'
import type { TrainingEvent } from '../../../../src/main/engine/training/events'
import { createTracker } from '../../../../src/main/trainer/jobs/progress'
import type { Metrics } from '../../../../src/shared/result'

const sizes = { train: 40, validation: 10, test: 10, epochs: 2, stepsPerEpoch: 10 }
const step = (number: number): TrainingEvent => ({
  kind: 'step',
  step: number,
  totalSteps: 20,
  epoch: number / 10,
  loss: 1,
  learningRate: 0.1,
  gradientNorm: 2,
  tokens: 100,
  seconds: 0.5,
})
const metrics: Metrics = {
  kind: 'single-label',
  accuracy: 0.5,
  macroF1: 0.4,
  loss: 0.7,
  examples: 10,
  perClass: [],
  confusion: [],
}

it('knows nothing of time before the first step, then counts steps, evaluations and the test', () => {
  let now = 0
  const tracker = createTracker(() => now, sizes)
  expect(tracker.take({ kind: 'phase', phase: 'encoding', done: 1, total: 4 }).progress).toMatchObject({
    phase: 'encoding',
    phaseShare: 0.25,
    remainingSeconds: null,
    totalSteps: 20,
  })
  now = 1500
  const first = tracker.take(step(1))
  expect(first.progress).toMatchObject({
    phase: 'training',
    phaseShare: 0.05,
    tokensPerSecond: 200,
    elapsedSeconds: 1.5,
  })
  // 19 steps of 0.5 s; 3 x 10 texts at a third of a training text's 0.125 s.
  expect(first.progress.remainingSeconds).toBeCloseTo(9.5 + 30 * (0.125 / 3), 6)
  expect(first.points.map(({ name }) => name)).toEqual(['train/loss', 'train/learning-rate', 'train/gradient-norm'])
})

it('uses the time that an evaluation really took', () => {
  const tracker = createTracker(() => 0, sizes)
  tracker.take(step(10))
  const { points, progress } = tracker.take({
    kind: 'evaluation',
    evaluation: { step: 10, epoch: 1, metrics },
    best: true,
    seconds: 2,
  })
  expect(points.map(({ name, value }) => [name, value])).toEqual([
    ['validation/loss', 0.7],
    ['validation/accuracy', 0.5],
    ['validation/macro-f1', 0.4],
  ])
  // 10 steps, one more evaluation, the test.
  expect(progress.remainingSeconds).toBeCloseTo(5 + 2 + 2, 6)
})

it('has no learning rate to tell of a solver', () => {
  const tracker = createTracker(() => 0, sizes)
  const event = { ...step(1), learningRate: null, tokens: 0 } as TrainingEvent
  const { points, progress } = tracker.take(event)
  expect(points.map(({ name }) => name)).toEqual(['train/loss', 'train/gradient-norm'])
  expect(progress.tokensPerSecond).toBeNull()
})

const common = { loss: 0.7, examples: 10 }
const others: { metrics: Metrics; curves: Record<string, number> }[] = [
  {
    metrics: { kind: 'multi-label', microF1: 0.5, macroF1: 0.4, exactMatch: 0.3, perClass: [], ...common },
    curves: { 'micro-f1': 0.5, 'macro-f1': 0.4, 'exact-match': 0.3 },
  },
  {
    metrics: { kind: 'regression', r2: 0.2, meanSquaredError: 9, meanAbsoluteError: 3, correlation: 0.5, ...common },
    curves: { r2: 0.2, 'mean-squared-error': 9 },
  },
  {
    metrics: { kind: 'instruction', perplexity: 2, tokenAccuracy: 0.6, exactMatch: null, tokens: 30, ...common },
    curves: { perplexity: 2, 'token-accuracy': 0.6 },
  },
]
it.each(others)('draws what is judged of $metrics.kind', ({ metrics: own, curves }) => {
  const evaluation = { step: 10, epoch: 1, metrics: own }
  const { points } = createTracker(() => 0, sizes).take({ kind: 'evaluation', evaluation, best: true, seconds: 2 })
  const named = points.map(({ name, value }) => [name.replace('validation/', ''), value])
  expect(Object.fromEntries(named)).toEqual({ loss: 0.7, ...curves })
})
