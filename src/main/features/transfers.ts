/** Files on their way from and to a browser, which knows no paths: uploads in chunks, downloads by id. */
import { randomUUID } from 'node:crypto'
import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../shared/failure'
import { limits } from '../data/limits'
import type { Workspace } from '../files/workspace'
import { describeBytes, toWriteFailure } from '../files/write-failure'

export interface Transfers {
  beginUpload(): Promise<{ uploadId: string }>
  appendToUpload(input: { uploadId: string; base64: string }): Promise<void>
  /** Lets a browser download this file; no other is given out. */
  offer(path: string): string
  download(downloadId: string): Promise<{ fileName: string; base64: string }>
  /** Uploads that were left lying for a day. */
  removeOldUploads(): Promise<void>
}

/** A browser gets a file in one message; larger ones are to be taken from the folder. */
const largestDownloadBytes = 300 * 1024 * 1024
const largestChunkBytes = 64_000_000
const keptUploadsMs = 24 * 3_600_000

export function createTransfers({ workspace }: { workspace: Pick<Workspace, 'uploads'> }): Transfers {
  /** Bytes received so far. Only uploads of this session go on, so no id can lead out of the folder. */
  const uploads = new Map<string, number>()
  const offered = new Map<string, string>()
  const fileOf = (uploadId: string) => join(workspace.uploads, uploadId)

  return {
    async beginUpload() {
      const uploadId = randomUUID()
      await writing(fileOf(uploadId), (file) => writeFile(file, ''))
      uploads.set(uploadId, 0)
      return { uploadId }
    },
    async appendToUpload({ uploadId, base64 }) {
      const received = uploads.get(uploadId)
      if (received === undefined) throw unknown('upload', uploadId)
      const bytes = Buffer.from(base64, 'base64')
      try {
        refuseTooLarge(bytes.length, received + bytes.length)
        await writing(fileOf(uploadId), (file) => appendFile(file, bytes))
        uploads.set(uploadId, received + bytes.length)
      } catch (thrown) {
        // A file with half a chunk in it is of no use.
        uploads.delete(uploadId)
        await rm(fileOf(uploadId), { force: true })
        throw thrown
      }
    },
    offer(path) {
      const downloadId = randomUUID()
      offered.set(downloadId, path)
      return downloadId
    },
    async download(downloadId) {
      const path = offered.get(downloadId)
      if (path === undefined) throw unknown('download', downloadId)
      const found = await stat(path).catch(() => undefined)
      if (found === undefined) throw new Failure('file-missing', `${path} is no longer there. Make it again.`, { path })
      if (found.size > largestDownloadBytes) {
        throw new Failure('file-too-large', `This file is too large for a browser. Take it from ${path}.`, { path })
      }
      return { fileName: basename(path), base64: (await readFile(path)).toString('base64') }
    },
    async removeOldUploads() {
      for (const name of await readdir(workspace.uploads).catch(() => [])) {
        const found = await stat(fileOf(name)).catch(() => undefined)
        if (found && Date.now() - found.mtimeMs > keptUploadsMs)
          await rm(fileOf(name), { recursive: true, force: true })
      }
    },
  }
}

function refuseTooLarge(chunkBytes: number, totalBytes: number): void {
  if (chunkBytes > largestChunkBytes) {
    throw new Failure('file-too-large', `An upload comes in parts of ${describeBytes(largestChunkBytes)} at most.`)
  }
  if (totalBytes > limits.fileBytes) {
    throw new Failure(
      'file-too-large',
      `This file has more than ${describeBytes(limits.fileBytes)}, the most that Fino reads. Split it.`,
      { limit: limits.fileBytes },
    )
  }
}

async function writing(file: string, write: (file: string) => Promise<void>): Promise<void> {
  try {
    await write(file)
  } catch (thrown) {
    throw await toWriteFailure(thrown, file)
  }
}

function unknown(what: string, id: string): Failure {
  return new Failure('not-found', `There is no ${what} ${id}; it may be of an earlier session. Choose the file again.`)
}
