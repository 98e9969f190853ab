import { expect, it } from 'vitest'
import { fingerprint } from '../../../src/main/data/fingerprint'
import { splitGroups } from '../../../src/main/data/split-groups'
import type { SplitInput } from '../../../src/main/data/splits'

/** Groups of `smallest` to `largest` rows in three strata of different size; a group leans to one of them. */
function randomRows(trial: number, groups: number, smallest: number, largest: number): SplitInput[] {
  let draws = 0
  const random = () => fingerprint(`${trial}:${draws++}`) / 2 ** 53
  const rows: SplitInput[] = []
  for (let group = 0; group < groups; group++) {
    const size = smallest + Math.floor(random() * (largest - smallest + 1))
    const leaning = Math.floor(random() ** 2 * 3)
    for (let row = 0; row < size; row++) {
      rows.push({ id: rows.length + 1, stratum: random() < 0.6 ? leaning : Math.floor(random() * 3), group })
    }
  }
  return rows
}

const shares = { train: 0.7, validation: 0.15, test: 0.15 }
const names = ['train', 'validation', 'test'] as const
const trials = Array.from({ length: 40 }, (_, trial) => trial)

it('keeps every group in one split and fills each to its share within a third of the largest group', () => {
  for (const trial of trials) {
    const rows = randomRows(trial, 3 + trial * 3, 1, 40)
    const splits = splitGroups(rows, trial)
    const splitOf = new Map(rows.map(({ group }, index) => [group, splits[index]]))
    expect(rows.every(({ group }, index) => splitOf.get(group) === splits[index])).toBe(true)
    for (const name of names) {
      const size = splits.filter((split) => split === name).length
      expect(size).toBeGreaterThan(0)
      if (trial >= 5) expect(Math.abs(size - shares[name] * rows.length)).toBeLessThanOrEqual(13)
    }
  }
})

it('spreads the strata where the groups allow it', () => {
  for (const trial of trials) {
    const rows = randomRows(trial, 200, 1, 10)
    const splits = splitGroups(rows, trial)
    for (const stratum of [0, 1, 2]) {
      const own = splits.filter((_, index) => rows[index]?.stratum === stratum)
      for (const name of names) {
        const share = own.filter((split) => split === name).length / own.length
        expect(Math.abs(share - shares[name])).toBeLessThan(0.03)
      }
    }
  }
})

it('fills all three splits from three groups, however unequal', () => {
  const rows = Array.from({ length: 100 }, (_, index) => ({ id: index + 1, stratum: 0, group: Math.max(97, index) }))
  const splits = splitGroups(rows, 1)
  expect(new Set(splits)).toEqual(new Set(names))
  expect(splits[0]).toBe('train')
})

it('is the same for the same rows and seed, in whatever order they come, and another for another seed', () => {
  const rows = randomRows(1, 60, 1, 20)
  expect(splitGroups(rows, 7)).toEqual(splitGroups(rows, 7))
  expect(splitGroups([...rows].reverse(), 7).reverse()).toEqual(splitGroups(rows, 7))
  expect(splitGroups(rows, 8)).not.toEqual(splitGroups(rows, 7))
})

it('is frozen for ever: a known table splits as it always has', () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ id: index + 1, stratum: index % 2, group: index % 11 }))
  const letters = { train: '-', validation: 'v', test: 't' }
  expect(
    splitGroups(rows, 0)
      .map((split) => letters[split])
      .join(''),
  ).toMatchInlineSnapshot(`"t-----v----t-----v----t-----v----t-----v"`)
})
