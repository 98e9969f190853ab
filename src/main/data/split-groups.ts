/** Divides groups of rows into training, validation and test: every group in one split, sizes as near to the shares as can be. */
import type { SplitName } from '../../shared/dataset'
import { fingerprint } from './fingerprint'
import { type SplitInput, splitShares } from './splits'

const shares: Readonly<Record<SplitName, number>> = {
  train: 1 - splitShares.validation - splitShares.test,
  test: splitShares.test,
  validation: splitShares.validation,
}
const names = ['train', 'test', 'validation'] as const

interface Group {
  rows: number[]
  lowestId: number
  /** Rows of each stratum. */
  strata: Map<number, number>
  order: number
}

/** How full a split is, in all and by stratum. */
interface Filling {
  name: SplitName
  rows: number
  groups: number
  strata: Map<number, number>
}

/**
 * The split of each row, in the order given; decided by ids and seed alone. Large groups are placed first, each where
 * its rows are missing most; among groups of about one size chance decides. Three groups or more fill every split.
 */
export function splitGroups(rows: readonly SplitInput[], seed: number): SplitName[] {
  const splits: SplitName[] = rows.map(() => 'train')
  const wanted = new Map<number, number>()
  for (const { stratum } of rows) wanted.set(stratum, (wanted.get(stratum) ?? 0) + 1)
  const groups = gather(rows, seed)
  const fillings: Filling[] = names.map((name) => ({ name, rows: 0, groups: 0, strata: new Map() }))
  for (const [index, group] of groups.entries()) {
    const empty = fillings.filter((filling) => filling.groups === 0)
    const open = groups.length - index <= empty.length ? empty : fillings
    const costs = open.map((filling) => costOf(group, filling, rows.length, wanted))
    const filling = open[costs.indexOf(Math.min(...costs))]
    if (filling === undefined) throw new Error('there is always a split to fill')
    filling.rows += group.rows.length
    filling.groups += 1
    for (const [stratum, count] of group.strata) filling.strata.set(stratum, (filling.strata.get(stratum) ?? 0) + count)
    for (const row of group.rows) splits[row] = filling.name
  }
  return splits
}

/** How full the split would be with the group, against what it is to hold: over all rows, and over the group's strata. */
function costOf({ rows, strata }: Group, filling: Filling, total: number, wanted: ReadonlyMap<number, number>): number {
  const share = shares[filling.name]
  let byStratum = 0
  for (const [stratum, count] of strata) {
    const full = ((filling.strata.get(stratum) ?? 0) + count) / (share * (wanted.get(stratum) ?? 1))
    byStratum += (count / rows.length) * full
  }
  return (filling.rows + rows.length) / (share * total) + byStratum
}

/** Largest first by powers of two, else in random order. */
function gather(rows: readonly SplitInput[], seed: number): Group[] {
  const groups = new Map<number, Group>()
  for (const [index, { id, stratum, group: key }] of rows.entries()) {
    const group: Group = groups.get(key) ?? { rows: [], lowestId: id, strata: new Map(), order: 0 }
    groups.set(key, group)
    group.rows.push(index)
    group.lowestId = Math.min(group.lowestId, id)
    group.strata.set(stratum, (group.strata.get(stratum) ?? 0) + 1)
  }
  for (const group of groups.values()) group.order = fingerprint(`${seed}:${group.lowestId}`)
  const size = ({ rows: own }: Group) => Math.floor(Math.log2(own.length))
  return [...groups.values()].sort(
    (one, other) => size(other) - size(one) || one.order - other.order || one.lowestId - other.lowestId,
  )
}
