/** Divides rows into training, validation and test, decided by row id and seed alone: the same rows split the same for ever. */
import type { SplitName } from '../../shared/dataset'
import { fingerprint } from './fingerprint'

export interface SplitInput {
  id: number
  /** Rows of one stratum are spread over the splits in the same proportion (a class; a range of values). */
  stratum: number
  /** Rows of one group stay together (they have the same text): no text is in two splits. */
  group: number
}

/** Shares of the rows; training takes what is left. */
export const splitShares = { validation: 0.15, test: 0.15 } as const

/** A class needs this many different texts to be in every split. */
export const leastTextsForEverySplit = 3

interface Group {
  /** Positions in the list of rows. */
  rows: number[]
  lowestId: number
  stratum: number
  /** Random, yet decided by seed and lowest id. */
  order: number
}

type Assignment = Record<SplitName, Group[]>

/**
 * The split of each row, in the order given. A stratum of three groups or more is in all three splits, one of two in
 * training and test, one of a single group in training. A group belongs to the stratum of its row with the lowest id.
 */
export function splitRows(rows: readonly SplitInput[], seed: number): SplitName[] {
  const splits: SplitName[] = rows.map(() => 'train')
  const sofar = { all: 0, test: 0, validation: 0 }
  for (const groups of strataOf(rows, seed)) {
    const size = countRows(groups)
    sofar.all += size
    const wanted = (name: 'test' | 'validation') => {
      // Rounded over all strata so far, lest many small ones round to another share; within one row of this one's own.
      const share = splitShares[name]
      const owed = Math.round(sofar.all * share) - sofar[name]
      return Math.min(Math.ceil(size * share), Math.max(Math.floor(size * share), owed))
    }
    const assignment = fillEmpty(assign(groups, wanted('test'), wanted('validation')), groups.length)
    for (const name of ['test', 'validation'] as const) {
      sofar[name] += countRows(assignment[name])
      for (const row of assignment[name].flatMap((group) => group.rows)) splits[row] = name
    }
  }
  return splits
}

/** Takes the groups in their random order; one that is too large for the room left goes to training. */
function assign(groups: readonly Group[], test: number, validation: number): Assignment {
  const room = { test: groups.length >= 2 ? test : 0, validation: groups.length >= 3 ? validation : 0 }
  const assignment: Assignment = { train: [], validation: [], test: [] }
  for (const group of groups) {
    const size = group.rows.length
    const name = size <= room.test ? 'test' : size <= room.validation ? 'validation' : 'train'
    if (name !== 'train') room[name] -= size
    assignment[name].push(group)
  }
  return assignment
}

/** Gives each split that should have one a group: the smallest of the split with the most. */
function fillEmpty(assignment: Assignment, groups: number): Assignment {
  const filled = (['train', 'test', 'validation'] as const).slice(0, groups)
  for (const name of filled.filter((split) => assignment[split].length === 0)) {
    const donor = filled.reduce((one, other) => (assignment[other].length > assignment[one].length ? other : one))
    const smallest = assignment[donor].reduce((one, other) => (other.rows.length < one.rows.length ? other : one))
    assignment[donor] = assignment[donor].filter((group) => group !== smallest)
    assignment[name] = [smallest]
  }
  return assignment
}

/** The groups of each stratum in random order, the strata by number. */
function strataOf(rows: readonly SplitInput[], seed: number): Group[][] {
  const groups = new Map<number, Group>()
  for (const [index, { id, stratum, group: key }] of rows.entries()) {
    const group = groups.get(key)
    if (group === undefined) {
      groups.set(key, { rows: [index], lowestId: id, stratum, order: 0 })
      continue
    }
    group.rows.push(index)
    if (id < group.lowestId) Object.assign(group, { lowestId: id, stratum })
  }
  const strata = new Map<number, Group[]>()
  for (const group of groups.values()) {
    group.order = fingerprint(`${seed}:${group.lowestId}`)
    const stratum = strata.get(group.stratum)
    if (stratum === undefined) strata.set(group.stratum, [group])
    else stratum.push(group)
  }
  for (const stratum of strata.values()) {
    stratum.sort((one, other) => one.order - other.order || one.lowestId - other.lowestId)
  }
  return [...strata].sort(([one], [other]) => one - other).map(([, stratum]) => stratum)
}

function countRows(groups: readonly Group[]): number {
  return groups.reduce((sum, group) => sum + group.rows.length, 0)
}
