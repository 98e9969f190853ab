/** Tasks one at a time, in the order in which they came; one that fails does not hold up the next. */
import { Failure } from '../../shared/failure'

export interface Queued<Output> {
  readonly done: Promise<Output>
  /** Takes the task back while it waits: `done` rejects with `cancelled`. False where it has started already. */
  withdraw(): boolean
}

export interface Queue {
  add<Output>(task: () => Promise<Output>): Queued<Output>
  /** Tasks waiting or being done. */
  readonly size: number
  /** Resolves when nothing waits and nothing is being done. */
  idle(): Promise<void>
}

interface Entry {
  begin(): Promise<void>
}

export function createQueue(): Queue {
  const waiting: Entry[] = []
  let busy = false
  let idleListeners: (() => void)[] = []

  async function work(): Promise<void> {
    if (busy) return
    busy = true
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) await entry.begin()
    busy = false
    for (const listener of idleListeners) listener()
    idleListeners = []
  }

  return {
    add<Output>(task: () => Promise<Output>): Queued<Output> {
      let giveUp: (failure: Failure) => void
      let entry: Entry
      const done = new Promise<Output>((resolve, reject) => {
        giveUp = reject
        entry = { begin: () => task().then(resolve, reject) }
        waiting.push(entry)
      })
      // On a later turn, so that a caller can still withdraw what it has just added.
      queueMicrotask(() => void work())
      return {
        done,
        withdraw() {
          const index = waiting.indexOf(entry)
          if (index < 0) return false
          waiting.splice(index, 1)
          giveUp(new Failure('cancelled', 'It was cancelled before it started.'))
          return true
        },
      }
    },
    get size() {
      return waiting.length + (busy ? 1 : 0)
    },
    idle: () =>
      busy || waiting.length > 0 ? new Promise((resolve) => idleListeners.push(resolve)) : Promise.resolve(),
  }
}
