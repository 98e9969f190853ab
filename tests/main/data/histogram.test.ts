import { expect, it } from 'vitest'
import { spreadBins } from '../../../src/main/data/histogram'

it.each([
  ['a small range', [-0.99, -0.3, 0, 0.1, 0.30000000000000004, 0.95]],
  ['a large range', [-123_456, 0, 1e6, 999_999.99]],
  ['many values', Array.from({ length: 1000 }, (_, index) => Math.sin(index) ** 3)],
  ['far from zero', [1e6 + 0.001, 1e6 + 0.002, 1e6 + 0.0195]],
])('holds every value in its bin: %s', (_name, values) => {
  const bins = spreadBins(values)
  expect(bins.length).toBeLessThanOrEqual(21)
  for (const [index, { from, to, rows }] of bins.entries()) {
    expect(rows).toBe(
      values.filter((value) => value >= from && (value < to || (value === to && index === bins.length - 1))).length,
    )
    expect(bins[index + 1]?.from ?? to).toBe(to)
  }
  expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(values.length)
})

it('has round edges', () => {
  const bins = spreadBins([0, 0.3, 1, 1.9])
  expect(bins.slice(0, 4).map(({ from }) => from)).toEqual([0, 0.1, 0.2, 0.3])
  expect(spreadBins([1, 2, 5, 5]).map(({ from, rows }) => [from, rows])).toEqual([
    [1, 1],
    [2, 1],
    [3, 0],
    [4, 0],
    [5, 2],
  ])
  expect(
    spreadBins([-2, 0.5, 2])
      .map(({ from }) => from)
      .slice(-3),
  ).toEqual([1.4, 1.6, 1.8])
  expect(spreadBins([4, 4])).toEqual([{ from: 4, to: 5, rows: 2 }])
  expect(spreadBins([])).toEqual([])
})
