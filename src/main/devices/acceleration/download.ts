/** Downloads one large file, picking up where an earlier attempt stopped, and checks it. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { Failure } from '../../../shared/failure'
import { describeBytes, isDiskFull, toWriteFailure } from '../../files/write-failure'

export interface DownloadOptions {
  readonly url: string
  /** Where the bytes go. What is there already is taken as the file's beginning and kept when the attempt fails. */
  readonly file: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((receivedBytes: number, totalBytes: number | null) => void) | undefined
  /** How long nothing may arrive before the attempt counts as dropped. */
  readonly stallMs?: number
  /** How often a dropped connection is taken up again. */
  readonly attempts?: number
}

/** @throws Failure acceleration-failed when the server refuses or the connection keeps dropping, disk-full. */
export async function download(options: DownloadOptions): Promise<void> {
  const attempts = options.attempts ?? 4
  for (let attempt = 1; ; attempt++) {
    try {
      if (await downloadRest(options)) return
    } catch (thrown) {
      options.signal?.throwIfAborted()
      if (thrown instanceof Failure) throw thrown
      if (isDiskFull(thrown)) throw await toWriteFailure(thrown, options.file)
      if (attempt >= attempts) throw dropped(thrown, await sizeOf(options.file))
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 200))
  }
}

/** Fails, and removes the file, when it is not the one that was meant. */
export async function verifyChecksum(
  file: string,
  sha256: string,
  {
    name,
    signal,
    onProgress,
    keep,
  }: {
    /** What the file is known as, for the person. */
    name: string
    signal?: AbortSignal | undefined
    onProgress?: (doneBytes: number, totalBytes: number) => void
    /** The person's own file is never removed. */
    keep: boolean
  },
): Promise<void> {
  const total = await sizeOf(file)
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) })) {
    hash.update(chunk as Buffer)
    done += (chunk as Buffer).length
    onProgress?.(done, total)
  }
  const found = hash.digest('hex')
  if (found === sha256) return
  if (!keep) await rm(file, { force: true })
  throw new Failure(
    keep ? 'file-unreadable' : 'acceleration-failed',
    keep
      ? `${file} is not the ${name} that Fino expects: its checksum differs. Fetch exactly that file and pass it.`
      : `The download of ${name} was damaged on its way: its checksum differs. It was removed; try again.`,
    { expected: sha256, found },
  )
}

export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0
}

/** One connection. True when the file is whole; false when it must be begun again. */
async function downloadRest({ url, file, signal, onProgress, stallMs = 60_000 }: DownloadOptions): Promise<boolean> {
  const start = await sizeOf(file)
  const stalled = new AbortController()
  const stop = AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])])
  let timer = setTimeout(() => stalled.abort(), stallMs)
  const { address, headers } = withoutCredentials(url)
  try {
    const response = await fetch(address, {
      headers: { ...headers, 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) },
      signal: stop,
    })
    if (response.status === 416) {
      await response.body?.cancel()
      if (Number(response.headers.get('content-range')?.split('/')[1]) === start) return true
      await rm(file, { force: true })
      return false
    }
    if (!response.ok || !response.body) throw refused(response.status, new URL(address).host)

    const resumed = response.status === 206
    let received = resumed ? start : 0
    const length = Number(response.headers.get('content-length'))
    const total = length > 0 ? received + length : null
    const output = await open(file, resumed ? 'a' : 'w')
    try {
      onProgress?.(received, total)
      for await (const chunk of response.body) {
        clearTimeout(timer)
        timer = setTimeout(() => stalled.abort(), stallMs)
        await output.write(chunk)
        received += chunk.length
        onProgress?.(received, total)
      }
    } finally {
      await output.close()
    }
    if (total !== null && received < total) throw new Error('the connection closed early')
    return true
  } finally {
    clearTimeout(timer)
  }
}

/** A private index may carry a name and password in its address; fetch wants them in a header. */
function withoutCredentials(url: string): { address: string; headers: Record<string, string> } {
  const address = new URL(url)
  const { username, password } = address
  address.username = ''
  address.password = ''
  address.hash = ''
  if (!username) return { address: address.href, headers: {} }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { address: address.href, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

function refused(status: number, host: string): Failure {
  return new Failure(
    'acceleration-failed',
    `The download was refused by ${host} (HTTP ${status}). Try again later, or fetch the file yourself and pass it: fino accelerate --from FILE.`,
    { status, host, network: true },
  )
}

function dropped(thrown: unknown, received: number): Failure {
  const cause =
    thrown instanceof Error ? ((thrown.cause as Error | undefined)?.message ?? thrown.message) : String(thrown)
  return new Failure(
    'acceleration-failed',
    `The download stopped after ${describeBytes(received)} (${cause}). Check the network and try again: it goes on from there.`,
    { received, network: true },
  )
}
