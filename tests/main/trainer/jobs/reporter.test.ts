import { expect, it } from 'vitest'
import type { WorkerMessage } from '../../../../src/main/trainer/contract'
import { createReporter } from '../../../../src/main/trainer/jobs/reporter'
import type { Progress } from '../../../../src/shared/run'

const progress = (step: number): Progress => ({
  phase: 'training',
  step,
  totalSteps: 1000,
  epoch: 0,
  phaseShare: 0,
  tokensPerSecond: null,
  remainingSeconds: null,
  elapsedSeconds: 0,
  memoryBytes: 0,
})

it('sends ten times a second at most, loses no point, and keeps the last word', () => {
  const sent: WorkerMessage[] = []
  let now = 0
  const reporter = createReporter(
    7,
    (message) => sent.push(message),
    () => now,
  )
  for (let step = 1; step <= 1000; step++) {
    now += 2 // 1000 steps in two seconds
    reporter.progress(progress(step), [{ step, name: 'train/loss', value: 1 / step }])
  }
  reporter.flush()
  expect(sent.length).toBeLessThanOrEqual(21)
  const heard = sent.flatMap((message) => (message.kind === 'progress' ? [message] : []))
  expect(heard.flatMap(({ points }) => points.map(({ step }) => step))).toEqual(
    Array.from({ length: 1000 }, (_, index) => index + 1),
  )
  expect(heard.at(-1)?.progress.step).toBe(1000)
  reporter.flush()
  expect(sent.filter(({ kind }) => kind === 'progress').length).toBe(heard.length)
})

it('counts', () => {
  const sent: WorkerMessage[] = []
  let now = 0
  const reporter = createReporter(
    7,
    (message) => sent.push(message),
    () => now,
  )
  for (let done = 1; done <= 5; done++) {
    now += 60
    reporter.counted(done, 5)
  }
  reporter.flush()
  expect(sent).toEqual([1, 3, 5].map((done) => ({ kind: 'counted', id: 7, done, total: 5 })))
})
