import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { download, verifyChecksum } from '../../../../src/main/devices/acceleration/download'
import { serveFile } from '../../../support/file-server'
import { failureOf, temporaryFolder } from '../../../support/files'

const content = randomBytes(300_000)

describe('download', () => {
  test('writes the file and tells how far it is', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url, ranges } = await serveFile({ content })
    const told: [number, number | null][] = []
    await download({ url, file, onProgress: (received, total) => told.push([received, total]) })
    expect(await readFile(file)).toEqual(content)
    expect(ranges).toEqual([''])
    expect(told.at(0)).toEqual([0, content.length])
    expect(told.at(-1)).toEqual([content.length, content.length])
    expect(told.map(([received]) => received)).toEqual(told.map(([received]) => received).sort((a, b) => a - b))
  })

  test('goes on by itself where a connection broke off', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url, ranges } = await serveFile({ content, dropAfter: [100_000, 50_000] })
    await download({ url, file })
    expect(await readFile(file)).toEqual(content)
    // What was on its way when a connection broke may be lost, so the places where it goes on vary.
    const starts = ranges.map((range) => Number(/\d+/.exec(range) ?? 0))
    expect(starts).toHaveLength(3)
    expect(starts[1]).toBeLessThanOrEqual(100_000)
    expect(starts[2]).toBeGreaterThanOrEqual(starts[1] ?? 0)
    expect(starts[2]).toBeGreaterThan(0)
  })

  test('takes up what an earlier attempt left', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    await writeFile(file, content.subarray(0, 120_000))
    const { url, ranges } = await serveFile({ content })
    const told: number[] = []
    await download({ url, file, onProgress: (received) => told.push(received) })
    expect(await readFile(file)).toEqual(content)
    expect(ranges).toEqual(['bytes=120000-'])
    expect(told.at(0)).toBe(120_000)
  })

  test('begins again where the server knows no ranges', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    await writeFile(file, randomBytes(120_000))
    const { url } = await serveFile({ content, ranges: false })
    await download({ url, file })
    expect(await readFile(file)).toEqual(content)
  })

  test('a file that is whole already is left as it is', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    await writeFile(file, content)
    const { url, ranges } = await serveFile({ content })
    await download({ url, file })
    expect(await readFile(file)).toEqual(content)
    expect(ranges).toEqual(['bytes=300000-'])
  })

  test('a file longer than the one on the server is begun again', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    await writeFile(file, randomBytes(400_000))
    const { url } = await serveFile({ content })
    await download({ url, file })
    expect(await readFile(file)).toEqual(content)
  })

  test('gives up on a connection that keeps breaking, and keeps what came', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url } = await serveFile({ content, dropAfter: [100_000, 100_000] })
    const failure = await failureOf(download({ url, file, attempts: 2 }))
    expect(failure.code).toBe('acceleration-failed')
    expect(failure.message).toContain('it goes on from there')
    expect((await stat(file)).size).toBe(failure.details.received)
  })

  test('gives up on a server that falls silent', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url } = await serveFile({ content, stallAfter: 1000 })
    const failure = await failureOf(download({ url, file, stallMs: 100, attempts: 1 }))
    expect(failure.code).toBe('acceleration-failed')
    expect(failure.message).toContain('Check the network')
  })

  test('names the server that refuses', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url, ranges } = await serveFile({ content, status: 403 })
    const failure = await failureOf(download({ url, file }))
    expect(failure.details).toMatchObject({ status: 403, host: new URL(url).host })
    expect(failure.message).toContain('--from FILE')
    expect(ranges).toHaveLength(1)
    expect(existsSync(file)).toBe(false)
  })

  test('stops when it is told to and keeps what came', async () => {
    const file = join(await temporaryFolder(), 'file.part')
    const { url } = await serveFile({ content, stallAfter: 100_000 })
    const controller = new AbortController()
    const stopAt = (received: number) => received === 100_000 && controller.abort()
    await expect(download({ url, file, signal: controller.signal, onProgress: stopAt })).rejects.toThrow(/abort/i)
    expect(await readFile(file)).toEqual(content.subarray(0, 100_000))
  })
})

describe('checksum', () => {
  const sha256 = createHash('sha256').update(content).digest('hex')

  test('passes the right file', async () => {
    const file = join(await temporaryFolder(), 'file.whl')
    await writeFile(file, content)
    const told: number[] = []
    await verifyChecksum(file, sha256, { name: 'file.whl', keep: false, onProgress: (done) => told.push(done) })
    expect(told.at(-1)).toBe(content.length)
  })

  test.each([
    { keep: false, code: 'acceleration-failed', words: 'was damaged' },
    { keep: true, code: 'file-unreadable', words: 'Fetch exactly that file' },
  ])('refuses another file (kept: $keep)', async ({ keep, code, words }) => {
    const file = join(await temporaryFolder(), 'file.whl')
    await writeFile(file, randomBytes(1000))
    const failure = await failureOf(verifyChecksum(file, sha256, { name: 'tensorflow.whl', keep }))
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(words)
    expect(failure.message).toContain('tensorflow.whl')
    expect(existsSync(file)).toBe(keep)
  })
})
