import { describe, expect, it } from 'vitest'
import { type Curve, downsample, mergePoints, smooth } from '../../../src/renderer/lib/curves'

const loss = (step: number, value: number) => ({ step, name: 'train/loss' as const, value })

describe('mergePoints', () => {
  it('puts live points after the history', () => {
    const history = mergePoints({}, [loss(1, 3), loss(2, 2)])
    const merged = mergePoints(history, [loss(3, 1)])
    expect(merged['train/loss']).toEqual({ steps: [1, 2, 3], values: [3, 2, 1] })
    expect(history['train/loss']).toEqual({ steps: [1, 2], values: [3, 2] })
  })

  it('takes the newer value of a step that is there already', () => {
    const merged = mergePoints(mergePoints({}, [loss(1, 3), loss(2, 2)]), [loss(2, 5), loss(3, 1)])
    expect(merged['train/loss']).toEqual({ steps: [1, 2, 3], values: [3, 5, 1] })
  })

  it('sorts points that come out of order, each curve on its own', () => {
    const merged = mergePoints({}, [loss(3, 1), { step: 2, name: 'validation/loss', value: 9 }, loss(1, 3)])
    expect(merged['train/loss']).toEqual({ steps: [1, 3], values: [3, 1] })
    expect(merged['validation/loss']).toEqual({ steps: [2], values: [9] })
  })
})

describe('downsample', () => {
  const long: Curve = {
    steps: Array.from({ length: 10_000 }, (_, index) => index + 1),
    values: Array.from({ length: 10_000 }, (_, index) => (index === 6000 ? 50 : Math.sin(index / 400))),
  }

  it('keeps the ends and a lone peak', () => {
    const thin = downsample(long, 500)
    expect(thin.steps).toHaveLength(500)
    expect(thin.steps[0]).toBe(1)
    expect(thin.steps.at(-1)).toBe(10_000)
    expect(Math.max(...thin.values)).toBe(50)
    expect(thin.steps.every((step, index) => index === 0 || step > (thin.steps[index - 1] ?? 0))).toBe(true)
  })

  it('leaves a short curve alone', () => {
    const short = { steps: [1, 2], values: [1, 2] }
    expect(downsample(short, 500)).toBe(short)
  })
})

describe('smooth', () => {
  it('starts at the first value and stays within the curve', () => {
    const calm = smooth({ steps: [1, 2, 3, 4], values: [4, 0, 4, 0] }, 0.9)
    expect(calm.values[0]).toBeCloseTo(4, 12)
    expect(calm.values.slice(1).every((value) => value > 0 && value < 4)).toBe(true)
  })

  it('leaves a constant constant, and passes over what is no number', () => {
    expect(smooth({ steps: [1, 2], values: [2, 2] }, 0.5).values).toEqual([2, 2])
    expect(smooth({ steps: [1, 2, 3], values: [2, Number.NaN, 2] }, 0.5).values).toEqual([2, Number.NaN, 2])
  })
})
