/** A web server on this machine that serves one file as package mirrors do: by ranges, and not always to the end. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface FileServer {
  readonly url: string
  /** The Range header of every request so far; empty where there was none. */
  readonly ranges: string[]
}

export interface FileServerOptions {
  readonly content: Buffer
  /** Closes the n-th connection after so many bytes. */
  readonly dropAfter?: readonly number[]
  readonly ranges?: boolean
  readonly status?: number
  /** The Content-Type; none by default. */
  readonly type?: string
  /** Sends the first so many bytes and then nothing more, without closing. */
  readonly stallAfter?: number
}

export async function serveFile(options: FileServerOptions): Promise<FileServer> {
  const ranges: string[] = []
  const server = createServer((request, response) => answer(request, response, options, ranges))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.whl`, ranges }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { content, dropAfter = [], ranges: byRanges = true, status, type, stallAfter }: FileServerOptions,
  ranges: string[],
): void {
  const range = request.headers.range ?? ''
  const drop = dropAfter[ranges.length]
  ranges.push(range)
  if (status !== undefined) {
    response.writeHead(status).end('no')
    return
  }
  const start = byRanges ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0) : 0
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    return
  }
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': content.length - start,
    ...(type && { 'content-type': type }),
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  })
  if (stallAfter !== undefined) response.write(content.subarray(start, start + stallAfter))
  else if (drop !== undefined) {
    // A moment later, so that a busy machine has read what was sent: a broken connection takes what is on its way along.
    const breakOff = () => setTimeout(() => request.socket.destroy(), 250)
    response.write(content.subarray(start, start + drop), breakOff)
  } else response.end(content.subarray(start))
}
