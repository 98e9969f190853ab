/** Two sides take turns, so that whatever else the machine does meets both. */

export type Side<Outcome> = () => Promise<Outcome>

/** What each side came to, in pairs; who is first changes with every pair. */
export async function takeTurns<Outcome>(
  ours: Side<Outcome>,
  reference: Side<Outcome>,
  pairs: number,
): Promise<[Outcome[], Outcome[]]> {
  const outcomes: [Outcome[], Outcome[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    for (const side of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      outcomes[side].push(await (side === 0 ? ours : reference)())
    }
  }
  return outcomes
}

export interface Runner {
  readonly pid: number
  /** Resolves when its work is done. */
  readonly work: () => Promise<unknown>
}

/**
 * Long works in slices: one runs, the other is stopped by the system. Seconds that each ran. Where processes cannot be
 * stopped (Windows), one after the other.
 */
export async function takeSlices(
  runners: readonly [Runner, Runner],
  sliceMilliseconds: number,
): Promise<[number, number]> {
  const seconds: [number, number] = [0, 0]
  if (process.platform === 'win32') {
    for (const side of [0, 1] as const) {
      const startedAt = performance.now()
      await runners[side].work()
      seconds[side] = (performance.now() - startedAt) / 1000
    }
    return seconds
  }
  const done = runners.map(() => false)
  const stopped = runners.map(() => false)
  const works: (Promise<void> | undefined)[] = []
  const begin = (side: number, work: Runner['work']): Promise<void> => {
    const finished = work().then(() => {
      done[side] = true
    })
    // It may fail while the other runs: heard at its next turn.
    finished.catch(() => undefined)
    return finished
  }
  try {
    for (let turn = 0; !(done[0] && done[1]); turn++) {
      const side = (turn % 2) as 0 | 1
      if (done[side]) continue
      const { pid, work } = runners[side]
      const startedAt = performance.now()
      if (stopped[side]) process.kill(pid, 'SIGCONT')
      stopped[side] = false
      works[side] ??= begin(side, work)
      const alone = done[1 - side] === true
      await Promise.race([works[side], ...(alone ? [] : [sleep(sliceMilliseconds)])])
      seconds[side] += (performance.now() - startedAt) / 1000
      if (!done[side]) process.kill(pid, 'SIGSTOP')
      stopped[side] = !done[side]
    }
  } finally {
    for (const side of [0, 1]) if (stopped[side]) process.kill((runners[side] as Runner).pid, 'SIGCONT')
  }
  return seconds
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Of an even number of values, the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

/** The median of the pairs' ratios: ours over the reference. */
export function medianRatio(ours: readonly number[], reference: readonly number[]): number {
  return median(ours.map((seconds, pair) => seconds / (reference[pair] as number)))
}
