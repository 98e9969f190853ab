/** The browser door: who gets in, and that a browser that is in can do what a window can. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Application, openApplication } from '../../src/main/application'
import { type BrowserHost, serve } from '../../src/main/serve'

const folder = mkdtempSync(join(tmpdir(), 'fino-serve-'))
let application: Application
let host: BrowserHost
let token: string

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Fino</title>')
  writeFileSync(join(folder, 'app.js'), 'console.log(1)')
  writeFileSync(join(folder, 'secret.key'), 'no type, not served')
  application = await openApplication({ home: join(folder, 'home'), host: browserHost })
  host = await serve(application, { port: 0, rendererFolder: folder })
  token = new URL(host.url).searchParams.get('token') ?? ''
})

afterAll(async () => {
  await host.close()
  await application.close()
  rmSync(folder, { recursive: true, force: true })
})

const browserHost = {
  kind: 'browser' as const,
  systemLanguage: 'en',
  chooseFolder: async () => null,
  reveal: async () => undefined,
}

/** A request as sent, without a client that tidies paths or headers. */
function get(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: host.port, path, headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function open(
  parameters: string,
  origin: string | undefined,
  headers: Record<string, string> = {},
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}/socket${parameters}`, {
      ...(origin ? { origin } : {}),
      headers,
    })
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

function ask(socket: WebSocket, name: string, input: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.kind === 'answer' && message.id === 1) resolve(message.outcome)
    })
    socket.send(JSON.stringify({ id: 1, name, input }))
  })
}

describe('the page', () => {
  it('opens with the token and carries the security headers', async () => {
    const page = await get(`/?token=${token}`)
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['content-security-policy']).not.toContain("script-src 'self' 'unsafe")
    expect((await get('/app.js')).status).toBe(200)
  })

  it('stays shut without it, under another host name, and outside its folder', async () => {
    expect((await get('/')).status).toBe(403)
    expect((await get('/?token=wrong')).status).toBe(403)
    expect((await get(`/?token=${token}`, { host: 'evil.example' })).status).toBe(403)
    expect((await get('/../serve.test.ts')).status).toBe(404)
    expect((await get('/%2e%2e/%2e%2e/etc/passwd')).status).toBe(404)
    expect((await get('/secret.key')).status).toBe(404)
    expect((await get('/%')).status).toBe(404)
  })
})

describe('the socket', () => {
  it('answers as a window would', async () => {
    const socket = await open(`?token=${token}`, `http://127.0.0.1:${host.port}`)
    expect(await ask(socket, 'host:describe', null)).toMatchObject({ ok: true, value: { kind: 'browser' } })
    socket.close()
  })

  it('refuses a wrong token, a foreign origin, no origin, and a foreign host', async () => {
    const own = `http://127.0.0.1:${host.port}`
    await expect(open('?token=wrong', own)).rejects.toThrow('403')
    await expect(open('', own)).rejects.toThrow('403')
    await expect(open(`?token=${token}`, 'http://evil.example')).rejects.toThrow('403')
    await expect(open(`?token=${token}`, undefined)).rejects.toThrow('403')
    await expect(open(`?token=${token}`, own, { host: 'evil.example' })).rejects.toThrow('403')
  })

  it('closes on a malformed request', async () => {
    const socket = await open(`?token=${token}`, `http://localhost:${host.port}`)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.send('not json')
    expect(await closed).toBe(1008)
  })
})

it('a port in use is named, with the way out', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await expect(serve(application, { port, rendererFolder: folder })).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining('--port'),
  })
  other.close()
})
