import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../../src/main/data/fingerprint'
import { type SplitInput, splitRows } from '../../../src/main/data/splits'

/** Random tables: strata of very different sizes, some rows in groups, some groups across strata. */
function randomRows(trial: number): SplitInput[] {
  let draws = 0
  const random = () => fingerprint(`${trial}:${draws++}`) / 2 ** 53
  const strata = 1 + Math.floor(random() * 8)
  const rows: SplitInput[] = []
  for (let stratum = 0; stratum < strata; stratum++) {
    const size = 1 + Math.floor(10 ** (random() * 3))
    for (let row = 0; row < size; row++) {
      const copies = random() < 0.1 ? 1 + Math.floor(random() * 5) : 1
      const group =
        random() < 0.02 && rows.length > 0 ? (rows[Math.floor(random() * rows.length)]?.group ?? 0) : rows.length
      for (let copy = 0; copy < copies; copy++) rows.push({ id: rows.length + 1, stratum, group })
    }
  }
  return rows
}

const trials = Array.from({ length: 60 }, (_, trial) => trial)

describe('splitRows', () => {
  it('keeps equal texts together, in every trial', () => {
    for (const trial of trials) {
      const rows = randomRows(trial)
      const splits = splitRows(rows, trial)
      const seen = new Map<number, string>()
      for (const [index, { group }] of rows.entries()) {
        expect(seen.get(group) ?? splits[index]).toBe(splits[index])
        seen.set(group, splits[index] ?? '')
      }
    }
  })

  it('puts every stratum of three texts or more into every split, of two into training and test', () => {
    for (const trial of trials) {
      const rows = randomRows(trial)
      const splits = splitRows(rows, trial)
      // A group counts where its first row is.
      const home = new Map<number, number>()
      for (const { group, stratum } of rows) if (!home.has(group)) home.set(group, stratum)
      for (const stratum of new Set(home.values())) {
        const groups = [...home].filter(([, at]) => at === stratum).map(([group]) => group)
        const found = new Set(groups.map((group) => splits[rows.findIndex((row) => row.group === group)]))
        const expected =
          groups.length >= 3 ? ['test', 'train', 'validation'] : groups.length === 2 ? ['test', 'train'] : ['train']
        expect([...found].sort()).toEqual(expected)
      }
    }
  })

  it('gives every stratum 70 / 15 / 15 within one row where no texts are equal', () => {
    for (const trial of trials) {
      const rows = randomRows(trial).map((row) => ({ ...row, group: row.id }))
      const splits = splitRows(rows, trial)
      for (const stratum of new Set(rows.map((row) => row.stratum))) {
        const own = rows.flatMap((row, index) => (row.stratum === stratum ? [splits[index]] : []))
        for (const name of ['validation', 'test']) {
          const count = own.filter((split) => split === name).length
          expect(Math.abs(count - 0.15 * own.length)).toBeLessThanOrEqual(1)
        }
      }
    }
  })

  it('gives 70 / 15 / 15 over all, also with many small strata', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ id: index + 1, stratum: index % 100, group: index }))
    const splits = splitRows(rows, 1)
    const count = (name: string) => splits.filter((split) => split === name).length
    expect([count('train'), count('validation'), count('test')]).toEqual([700, 150, 150])
  })

  it('is the same for the same rows and seed, in whatever order they come, and another for another seed', () => {
    for (const trial of trials.slice(0, 20)) {
      const rows = randomRows(trial)
      const splits = splitRows(rows, 7)
      expect(splitRows(rows, 7)).toEqual(splits)
      const backwards = [...rows].reverse()
      // Strata are named by rows, so only those without shared groups stay what they are.
      if (new Set(rows.map(({ group }) => group)).size === rows.length) {
        expect(splitRows(backwards, 7).reverse()).toEqual(splits)
      }
      if (rows.length > 50) expect(splitRows(rows, 8)).not.toEqual(splits)
    }
  })

  it('is frozen for ever: a known table splits as it always has', () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ id: index + 1, stratum: index % 2, group: index }))
    const letters = { train: '-', validation: 'v', test: 't' }
    expect(
      splitRows(rows, 0)
        .map((split) => letters[split])
        .join(''),
    ).toMatchInlineSnapshot(`"--v-tt----v---tv----"`)
  })

  it('does not follow the order of the rows', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ id: index + 1, stratum: 0, group: index }))
    const splits = splitRows(rows, 3)
    for (let from = 0; from < 1000; from += 250) {
      const share = splits.slice(from, from + 250).filter((split) => split === 'test').length / 250
      expect(share).toBeGreaterThan(0.08)
      expect(share).toBeLessThan(0.22)
    }
  })

  it('puts a text that is most of a class into training', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({
      id: index + 1,
      stratum: 0,
      group: Math.max(0, index - 96),
    }))
    const splits = splitRows(rows, 0)
    expect(splits[0]).toBe('train')
    expect(new Set(splits)).toEqual(new Set(['train', 'validation', 'test']))
  })
})
