import { expect, it } from 'vitest'
import { choosePaddedLengths, paddedLength } from '../../../src/main/engine/data/padded-lengths'
import { createRandom } from '../../../src/main/engine/random'

const ofLength = (length: number) => ({ tokenIds: new Int32Array(length) })
const costOf = (texts: readonly { tokenIds: Int32Array }[], lengths: readonly number[]) =>
  texts.reduce((sum, { tokenIds }) => sum + paddedLength(tokenIds.length, lengths), 0)

it('are multiples of 8, never beyond the maximum', () => {
  const texts = [1, 8, 9, 30, 30].map(ofLength)
  expect(choosePaddedLengths([texts], 30)).toEqual([8, 16, 30])
  expect([1, 8, 9, 16, 17].map((length) => paddedLength(length, [8, 16, 30]))).toEqual([8, 8, 16, 16, 30])
  expect(paddedLength(40, [8, 16])).toBe(40)
  expect(choosePaddedLengths([[], []], 30)).toEqual([])
})

it('are at most eight, with the least padding that eight allow', () => {
  const random = createRandom(5)
  const texts = Array.from({ length: 300 }, () => ofLength(1 + Math.floor(88 * random.next() ** 2)))
  const lengths = choosePaddedLengths([texts.slice(0, 200), texts.slice(200)], 88)
  expect(lengths).toHaveLength(8)
  const all = Array.from({ length: 11 }, (_, index) => 8 * (index + 1))
  const without = (left: number, middle: number, right: number) =>
    all.filter((length) => ![left, middle, right].includes(length))
  const costs: number[] = []
  for (let left = 0; left < 10; left++)
    for (let middle = left + 1; middle < 10; middle++)
      for (let right = middle + 1; right < 10; right++)
        costs.push(costOf(texts, without(all[left] as number, all[middle] as number, all[right] as number)))
  expect(costOf(texts, lengths)).toBe(Math.min(...costs))
})
