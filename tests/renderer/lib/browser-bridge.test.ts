import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { type BrowserBridge, createBrowserBridge, socketUrl } from '../../../src/renderer/lib/browser-bridge'
import type { ConnectionState } from '../../../src/renderer/lib/connection'
import { type SocketMessage, socketRequestSchema } from '../../../src/shared/contract'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Host {
  port: number
  requests: string[]
  send(message: SocketMessage): void
  drop(): void
  close(): Promise<void>
}

/** A host that answers every command but `runs:list`, which it leaves open. */
async function startHost(port = 0): Promise<Host> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const requests: string[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const request = socketRequestSchema.parse(JSON.parse(String(data)))
      requests.push(request.name)
      if (request.name === 'runs:list') return
      const answer: SocketMessage = { kind: 'answer', id: request.id, outcome: { ok: true, value: request.input } }
      socket.send(JSON.stringify(answer))
    })
  })
  const drop = () => {
    for (const client of server.clients) client.terminate()
  }
  const close = () =>
    new Promise<void>((resolve) => {
      drop()
      server.close(() => resolve())
    })
  closers.push(() => void close())
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    send: (message) => {
      for (const client of server.clients) client.send(JSON.stringify(message))
    },
    drop,
    close,
  }
}

function connect(port: number): {
  bridge: BrowserBridge
  states: ConnectionState[]
  until(state: ConnectionState): Promise<void>
} {
  const states: ConnectionState[] = []
  const waiting: { state: ConnectionState; resolve(): void }[] = []
  const bridge = createBrowserBridge({
    url: `ws://127.0.0.1:${port}/socket?token=t`,
    firstDelayMs: 20,
    longestDelayMs: 40,
    onState(state) {
      states.push(state)
      for (const waiter of waiting.splice(0)) {
        if (waiter.state === state) waiter.resolve()
        else waiting.push(waiter)
      }
    },
  })
  closers.push(() => bridge.close())
  const until = (state: ConnectionState) =>
    states.at(-1) === state
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          waiting.push({ state, resolve })
        })
  return { bridge, states, until }
}

describe('createBrowserBridge', () => {
  it('answers requests that were made before it was connected', async () => {
    const host = await startHost()
    const { bridge } = connect(host.port)
    const outcome = await bridge.invoke('runs:rename', { id: 'r1', name: 'New' })
    expect(outcome).toEqual({ ok: true, value: { id: 'r1', name: 'New' } })
  })

  it('tells listeners of an event until they stop', async () => {
    const host = await startHost()
    const { bridge, until } = connect(host.port)
    await until('open')
    const heard: string[] = []
    const stop = bridge.on('runs:changed', ({ id }) => heard.push(id))
    host.send({ kind: 'event', name: 'runs:changed', payload: { id: 'r1' } })
    await bridge.invoke('datasets:list', null)
    stop()
    host.send({ kind: 'event', name: 'runs:changed', payload: { id: 'r2' } })
    await bridge.invoke('datasets:list', null)
    expect(heard).toEqual(['r1'])
  })

  it('fails what was under way when the connection broke, reconnects, and sends nothing twice', async () => {
    const host = await startHost()
    const { bridge, until } = connect(host.port)
    await until('open')
    const lost = bridge.invoke('runs:list', null)
    await bridge.invoke('datasets:list', null)
    host.drop()
    expect(await lost).toMatchObject({ ok: false, failure: { code: 'connection-lost' } })
    await until('open')
    expect((await bridge.invoke('models:list', null)).ok).toBe(true)
    expect(host.requests).toEqual(['runs:list', 'datasets:list', 'models:list'])
  })

  it('refuses at once while the connection is lost, and comes back with the host', async () => {
    const host = await startHost()
    const { bridge, until } = connect(host.port)
    await until('open')
    await host.close()
    await until('lost')
    expect(await bridge.invoke('models:list', null)).toMatchObject({ ok: false, failure: { code: 'connection-lost' } })
    const again = await startHost(host.port)
    await until('open')
    expect((await bridge.invoke('models:list', null)).ok).toBe(true)
    expect(again.requests).toEqual(['models:list'])
  })

  it('has no paths to give', async () => {
    const host = await startHost()
    expect(connect(host.port).bridge.pathOf({})).toBe('')
  })
})

describe('socketUrl', () => {
  it('hands the page’s token on to the same host', () => {
    const page = { protocol: 'http:', host: '127.0.0.1:4321', search: '?token=a%2Bb' }
    expect(socketUrl(page)).toBe('ws://127.0.0.1:4321/socket?token=a%2Bb')
  })
})
