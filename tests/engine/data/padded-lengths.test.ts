import { expect, it } from 'vitest'
import { choosePaddedLengths, paddedLength } from '../../../src/main/engine/data/padded-lengths'
import { createRandom } from '../../../src/main/engine/random'

const costOf = (rows: readonly number[], lengths: readonly number[]) =>
  rows.reduce((sum, length) => sum + paddedLength(length, lengths), 0)

it('are multiples of 8, never beyond the maximum', () => {
  expect(choosePaddedLengths([1, 8, 9, 30, 30], 30)).toEqual([8, 16, 30])
  expect([1, 8, 9, 16, 17].map((length) => paddedLength(length, [8, 16, 30]))).toEqual([8, 8, 16, 16, 30])
  expect(paddedLength(40, [8, 16])).toBe(40)
  expect(choosePaddedLengths([], 30)).toEqual([])
})

it('are at most twelve, with the least padding that twelve allow', () => {
  const random = createRandom(5)
  const rows = Array.from({ length: 300 }, () => 1 + Math.floor(112 * random.next() ** 2))
  const lengths = choosePaddedLengths(rows, 112)
  expect(lengths).toHaveLength(12)
  const all = Array.from({ length: 14 }, (_, index) => 8 * (index + 1))
  const costs = all.flatMap((left) =>
    all
      .filter((right) => right < left && left < 112)
      .map((right) =>
        costOf(
          rows,
          all.filter((length) => length !== left && length !== right),
        ),
      ),
  )
  expect(costOf(rows, lengths)).toBe(Math.min(...costs))
})
