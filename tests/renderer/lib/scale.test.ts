import { describe, expect, it } from 'vitest'
import { binsOf, roundTicks } from '../../../src/renderer/lib/scale'

describe('roundTicks', () => {
  it('reaches around the values in round steps', () => {
    expect(roundTicks(-1.83, 1.7, 4)).toEqual([-2, -1, 0, 1, 2])
    expect(roundTicks(0.12, 0.47, 4)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5])
    expect(roundTicks(1200, 9800, 5)).toEqual([0, 2000, 4000, 6000, 8000, 10000])
  })

  it('has two ends where all values are equal', () => {
    expect(roundTicks(3, 3, 5)).toEqual([3, 4])
  })
})

describe('binsOf', () => {
  it('counts every value once, with a border at zero', () => {
    const bins = binsOf([-0.9, -0.1, 0, 0.1, 0.4, 1], 4)
    expect(bins.map(({ from }) => from)).toEqual([-1, -0.5, 0, 0.5])
    expect(bins.map(({ rows }) => rows)).toEqual([1, 1, 3, 1])
  })

  it('has none without values', () => {
    expect(binsOf([], 4)).toEqual([])
  })
})
