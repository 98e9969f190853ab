import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { createTransfers } from '../../../src/main/features/transfers'
import { failureOf, temporaryFolder } from '../../support/files'

// A limit that a test can reach.
vi.mock('../../../src/main/data/limits', async (original) => ({
  limits: { ...(await original<typeof import('../../../src/main/data/limits')>()).limits, fileBytes: 100_000_000 },
}))

async function setUp() {
  const uploads = join(await temporaryFolder(), 'uploads')
  await mkdir(uploads)
  return { uploads, transfers: createTransfers({ workspace: { uploads } }) }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

it('puts an upload together from its parts', async () => {
  const { transfers, uploads } = await setUp()
  const { uploadId } = await transfers.beginUpload()
  await transfers.appendToUpload({ uploadId, base64: base64('text,la') })
  await transfers.appendToUpload({ uploadId, base64: base64('bel\n') })
  expect(await readFile(join(uploads, uploadId), 'utf8')).toBe('text,label\n')
})

it('takes nothing for an id it did not give', async () => {
  const { transfers, uploads } = await setUp()
  for (const uploadId of ['../outside', '/etc/passwd', '', '0f8fad5b-d9cb-469f-a165-70867728950e']) {
    const failure = await failureOf(transfers.appendToUpload({ uploadId, base64: base64('x') }))
    expect(failure.code).toBe('not-found')
    expect(failure.message).toContain('Choose the file again')
  }
  expect(await readdir(uploads)).toEqual([])
})

it('refuses parts and files that are too large, and keeps nothing of them', async () => {
  const { transfers, uploads } = await setUp()
  const part = Buffer.alloc(60_000_000).toString('base64')
  const first = await transfers.beginUpload()
  await transfers.appendToUpload({ ...first, base64: part })
  const failure = await failureOf(transfers.appendToUpload({ ...first, base64: part }))
  expect(failure.code).toBe('file-too-large')
  expect(failure.message).toContain('more than 100 MB')
  const second = await transfers.beginUpload()
  const large = Buffer.alloc(65_000_000).toString('base64')
  expect((await failureOf(transfers.appendToUpload({ ...second, base64: large }))).message).toContain('64 MB at most')
  expect((await failureOf(transfers.appendToUpload({ ...second, base64: base64('x') }))).code).toBe('not-found')
  expect(await readdir(uploads)).toEqual([])
})

it('clears uploads away after a day', async () => {
  const { transfers, uploads } = await setUp()
  await writeFile(join(uploads, 'old'), '')
  await writeFile(join(uploads, 'new'), '')
  const longAgo = Date.now() / 1000 - 100_000
  await utimes(join(uploads, 'old'), longAgo, longAgo)
  await transfers.removeOldUploads()
  expect(await readdir(uploads)).toEqual(['new'])
})

it('gives out only files that were offered', async () => {
  const { transfers, uploads } = await setUp()
  const path = join(uploads, 'labelled.csv')
  await writeFile(path, 'text,prediction\n')
  const id = transfers.offer(path)
  expect(await transfers.download(id)).toEqual({ fileName: 'labelled.csv', base64: base64('text,prediction\n') })
  expect((await failureOf(transfers.download(path))).code).toBe('not-found')
  expect((await failureOf(transfers.download(transfers.offer(join(uploads, 'gone'))))).code).toBe('file-missing')
})
