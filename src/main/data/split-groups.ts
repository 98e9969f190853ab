/** Divides groups of rows into training, validation and test: every group in one split, sizes as near to the shares as can be. */
import type { SplitName } from '../../shared/dataset'
import { fingerprint } from './fingerprint'
import { type SplitInput, splitShares } from './splits'

const shares: Readonly<Record<SplitName, number>> = {
  train: 1 - splitShares.validation - splitShares.test,
  test: splitShares.test,
  validation: splitShares.validation,
}
/** Where a choice is even, the first. */
const names = ['train', 'test', 'validation'] as const

interface Group {
  rows: number[]
  lowestId: number
  /** Rows of each stratum. */
  strata: Map<number, number>
}

/** What a split has been given, in all and of each stratum. */
interface Filling {
  name: SplitName
  rows: number
  groups: Group[]
  strata: Map<number, number>
}

/** Few groups fit the shares badly in one order and well in another; of many, the first order is as good as any. */
const triedOrders = 24
const fewGroups = 200

/**
 * The split of each row, in the order given; decided by ids and seed alone. Three groups or more fill every split.
 */
export function splitGroups(rows: readonly SplitInput[], seed: number): SplitName[] {
  const groups = gather(rows)
  const wanted = new Map<number, number>()
  for (const { stratum } of rows) wanted.set(stratum, (wanted.get(stratum) ?? 0) + 1)
  const orders = groups.length <= fewGroups ? triedOrders : 1
  const divisions = Array.from({ length: orders }, (_, order) => {
    const fillings = divide(shuffle(groups, `${seed}:${order}`), rows.length, wanted)
    return { fillings, error: errorOf(fillings, rows.length, wanted) }
  })
  const best = divisions.reduce((one, other) => (other.error < one.error ? other : one))
  const splits: SplitName[] = rows.map(() => 'train')
  for (const { name, groups: own } of best.fillings) {
    for (const row of own.flatMap((group) => group.rows)) splits[row] = name
  }
  return splits
}

/** Gives each group in turn to the split where its rows are missing most. */
function divide(groups: readonly Group[], total: number, wanted: ReadonlyMap<number, number>): Filling[] {
  const fillings: Filling[] = names.map((name) => ({ name, rows: 0, groups: [], strata: new Map() }))
  for (const [index, group] of groups.entries()) {
    const empty = fillings.filter((filling) => filling.groups.length === 0)
    const open = groups.length - index <= empty.length ? empty : fillings
    const costs = open.map((filling) => costOf(group, filling, total, wanted))
    const filling = open[costs.indexOf(Math.min(...costs))]
    if (filling === undefined) throw new Error('there is always a split to fill')
    filling.rows += group.rows.length
    filling.groups.push(group)
    for (const [stratum, count] of group.strata) filling.strata.set(stratum, (filling.strata.get(stratum) ?? 0) + count)
  }
  return fillings
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

/** Rows too many or too few, in all and of each stratum. */
function errorOf(fillings: readonly Filling[], total: number, wanted: ReadonlyMap<number, number>): number {
  let error = 0
  for (const { name, rows, strata } of fillings) {
    error += Math.abs(rows - shares[name] * total)
    for (const [stratum, count] of wanted) error += Math.abs((strata.get(stratum) ?? 0) - shares[name] * count)
  }
  return error
}

/** The largest first, by powers of two; else in random order. */
function shuffle(groups: readonly Group[], key: string): Group[] {
  const keyed = groups.map((group) => ({
    group,
    size: Math.floor(Math.log2(group.rows.length)),
    order: fingerprint(`${key}:${group.lowestId}`),
  }))
  return keyed
    .sort((one, other) => other.size - one.size || one.order - other.order || one.group.lowestId - other.group.lowestId)
    .map(({ group }) => group)
}

function gather(rows: readonly SplitInput[]): Group[] {
  const groups = new Map<number, Group>()
  for (const [index, { id, stratum, group: key }] of rows.entries()) {
    const group: Group = groups.get(key) ?? { rows: [], lowestId: id, strata: new Map() }
    groups.set(key, group)
    group.rows.push(index)
    group.lowestId = Math.min(group.lowestId, id)
    group.strata.set(stratum, (group.strata.get(stratum) ?? 0) + 1)
  }
  return [...groups.values()]
}
