/** Whether the application can be reached. In Electron it always can; in a browser the socket may be lost. */
export type ConnectionState = 'connecting' | 'open' | 'lost'

export interface Connection {
  state(): ConnectionState
  /** Calls back after every change; returns the function that stops. */
  subscribe(listener: () => void): () => void
}

/** A connection whose state is set from outside. */
function createConnection(initial: ConnectionState): Connection & { set(state: ConnectionState): void } {
  let current = initial
  const listeners = new Set<() => void>()
  return {
    state: () => current,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(state) {
      if (state === current) return
      current = state
      for (const listener of listeners) listener()
    },
  }
}

/** The page's own connection: `open` for ever unless the browser bridge says otherwise. */
export const pageConnection = createConnection('open')
