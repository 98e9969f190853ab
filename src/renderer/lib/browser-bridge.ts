/** `window.fino` for a browser: the same commands and events over one WebSocket to the host that served the page. */
import type { EventName, FinoBridge, SocketMessage } from '../../shared/contract'
import type { FailureRecord, Outcome } from '../../shared/failure'
import type { ConnectionState } from './connection'

interface BrowserBridgeOptions {
  /** ws://127.0.0.1:PORT/socket?token=... */
  url: string
  onState(state: ConnectionState): void
  /** Waiting time before the first attempt to reconnect; it doubles up to `longestDelayMs`. */
  firstDelayMs?: number
  longestDelayMs?: number
}

export interface BrowserBridge extends FinoBridge {
  close(): void
}

const connectionLost: FailureRecord = {
  code: 'connection-lost',
  message: 'The connection to Fino was lost before it could answer. Check that Fino is still running, then try again.',
  details: {},
}

type Answer = (outcome: Outcome<never>) => void
type Listener = (payload: never) => void

/**
 * Connects and reconnects for ever, until `close`. Requests made before the first connection wait for it. Requests that
 * were under way when the connection broke fail with `connection-lost` and are never sent twice: whether the
 * application carried them out cannot be known here.
 */
export function createBrowserBridge(options: BrowserBridgeOptions): BrowserBridge {
  const { url, onState, firstDelayMs = 500, longestDelayMs = 8000 } = options
  const answers = new Map<number, Answer>()
  const listeners = new Map<EventName, Set<Listener>>()
  let waiting: string[] = []
  let state: ConnectionState = 'connecting'
  let socket: WebSocket
  let nextId = 1
  let delayMs = firstDelayMs
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const become = (next: ConnectionState) => {
    state = next
    onState(next)
  }

  const receive = (message: SocketMessage) => {
    if (message.kind === 'answer') {
      answers.get(message.id)?.(message.outcome as Outcome<never>)
      answers.delete(message.id)
      return
    }
    for (const listener of listeners.get(message.name) ?? []) listener(message.payload as never)
  }

  const lose = () => {
    waiting = []
    const unanswered = [...answers.values()]
    answers.clear()
    become('lost')
    for (const answer of unanswered) answer({ ok: false, failure: connectionLost })
    if (closed) return
    timer = setTimeout(open, delayMs)
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  }

  function open(): void {
    socket = new WebSocket(url)
    socket.addEventListener('open', () => {
      delayMs = firstDelayMs
      for (const text of waiting) socket.send(text)
      waiting = []
      become('open')
    })
    socket.addEventListener('message', (event) => receive(JSON.parse(String(event.data)) as SocketMessage))
    socket.addEventListener('close', lose, { once: true })
  }
  open()

  return {
    invoke(name, input) {
      if (state === 'lost') return Promise.resolve({ ok: false, failure: connectionLost })
      return new Promise((resolve) => {
        const id = nextId++
        answers.set(id, resolve)
        const text = JSON.stringify({ id, name, input: input ?? null })
        if (state === 'open') socket.send(text)
        else waiting.push(text)
      })
    },
    on(name, listener) {
      const of = listeners.get(name) ?? new Set<Listener>()
      listeners.set(name, of)
      of.add(listener as Listener)
      return () => of.delete(listener as Listener)
    },
    pathOf: () => '',
    close() {
      closed = true
      clearTimeout(timer)
      socket.close()
    },
  }
}

/** The socket that belongs to a page's address: same host, the token handed on. */
export function socketUrl(page: { protocol: string; host: string; search: string }): string {
  const token = new URLSearchParams(page.search).get('token') ?? ''
  const protocol = page.protocol === 'https:' ? 'wss:' : 'ws:'
  return `${protocol}//${page.host}/socket?token=${encodeURIComponent(token)}`
}
