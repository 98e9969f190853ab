/** The browser door: the same renderer on loopback, behind a random token, over one WebSocket. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type SocketMessage, socketRequestSchema } from '../shared/contract'
import { Failure } from '../shared/failure'
import type { Application } from './application'
import { readStaticFile, securityHeaders } from './files/static-files'

const loopback = '127.0.0.1'
/** Room for one upload chunk in base64. */
const largestMessageBytes = 96 * 1024 * 1024

export interface ServeOptions {
  /** 0 = any free one. */
  port: number
  /** The built renderer. */
  rendererFolder: string
}

export interface BrowserHost {
  /** Address with the token that lets a browser in. */
  url: string
  port: number
  close(): Promise<void>
}

/**
 * Serves `application` to a browser on this machine. A port in use is `Failure('port-in-use')`.
 */
export async function serve(application: Application, options: ServeOptions): Promise<BrowserHost> {
  const { port, rendererFolder } = options
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => void answer(request, response))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessageBytes })
  const actualPort = await listen(server, port)
  const hosts = new Set([`${loopback}:${actualPort}`, `localhost:${actualPort}`])

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' || !hosts.has(request.headers.host ?? '')) return refuse(response, 403, 'Forbidden')
    const url = new URL(request.url ?? '/', `http://${loopback}`)
    if (url.pathname === '/' && !tokenMatches(url.searchParams.get('token'), token)) {
      return refuse(
        response,
        403,
        'Open the address that Fino printed when it started; it carries the key to this page.',
      )
    }
    const file = await readStaticFile(rendererFolder, url.pathname)
    if (file === undefined) return refuse(response, 404, 'Not found')
    response.writeHead(200, { ...securityHeaders, 'Content-Type': file.contentType, 'Cache-Control': 'no-store' })
    response.end(file.bytes)
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', `http://${loopback}`)
    const origin = request.headers.origin ?? ''
    const allowed =
      url.pathname === '/socket' &&
      hosts.has(request.headers.host ?? '') &&
      origin.startsWith('http://') &&
      hosts.has(origin.slice('http://'.length)) &&
      tokenMatches(url.searchParams.get('token'), token)
    if (!allowed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (connection) => connect(application, connection))
  })

  return {
    url: `http://${loopback}:${actualPort}/?token=${token}`,
    port: actualPort,
    close: async () => {
      for (const connection of sockets.clients) connection.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function connect(application: Application, connection: WebSocket): void {
  const send = (message: SocketMessage) => {
    if (connection.readyState === connection.OPEN) connection.send(JSON.stringify(message))
  }
  const unsubscribe = application.subscribe((name, payload) => send({ kind: 'event', name, payload }))
  connection.on('close', unsubscribe)
  connection.on('message', async (data) => {
    const request = socketRequestSchema.safeParse(parseJson(String(data)))
    if (!request.success) return connection.close(1008, 'malformed request')
    const { id, name, input } = request.data
    send({ kind: 'answer', id, outcome: await application.invoke(name, input) })
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(reason)
}

function tokenMatches(given: string | null, token: string): boolean {
  const [left, right] = [Buffer.from(given ?? ''), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error)
      const why = error.code === 'EADDRINUSE' ? 'is already used by another program' : 'needs more rights than you have'
      reject(
        new Failure('port-in-use', `Port ${port} ${why}. Choose another with --port, or leave --port out.`, { port }),
      )
    })
    server.listen(port, loopback, () => resolve((server.address() as AddressInfo).port))
  })
}
