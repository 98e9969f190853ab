import { describe, expect, it } from 'vitest'
import { watchReducer } from '../../../src/renderer/lib/watch-run'
import type { Progress } from '../../../src/shared/run'

const progress = (step: number): Progress => ({
  phase: 'training',
  step,
  totalSteps: 10,
  epoch: 1,
  phaseShare: step / 10,
  tokensPerSecond: null,
  remainingSeconds: null,
  elapsedSeconds: step,
  memoryBytes: 1,
})
const loss = (step: number, value: number) => ({ step, name: 'train/loss' as const, value })
const empty = { id: 'r1', curves: {}, progress: null, ready: false }

describe('watchReducer', () => {
  it('joins a history that arrives after the first live points; what is live wins', () => {
    const live = watchReducer(empty, { kind: 'live', id: 'r1', points: [loss(3, 30)], progress: progress(3) })
    expect(live.ready).toBe(false)
    const joined = watchReducer(live, {
      kind: 'history',
      id: 'r1',
      points: [loss(1, 1), loss(2, 2), loss(3, 3)],
      progress: progress(2),
    })
    expect(joined.curves['train/loss']).toEqual({ steps: [1, 2, 3], values: [1, 2, 30] })
    expect(joined.progress?.step).toBe(3)
    expect(joined.ready).toBe(true)
  })

  it('forgets another run', () => {
    const other = watchReducer(
      { ...empty, id: 'r0', curves: { 'train/loss': { steps: [9], values: [9] } }, progress: progress(9) },
      { kind: 'history', id: 'r1', points: [], progress: null },
    )
    expect(other).toEqual({ id: 'r1', curves: {}, progress: null, ready: true })
  })
})
