import { expect, it } from 'vitest'
import type { TrainingEvent } from '../../../../src/main/engine/training/events'
import { createTracker } from '../../../../src/main/trainer/jobs/progress'

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
const metrics = { accuracy: 0.5, macroF1: 0.4, loss: 0.7, examples: 10, perClass: [], confusion: [] }

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
