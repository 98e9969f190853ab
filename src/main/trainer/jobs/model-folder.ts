/** A folder on this disk as the engine reads models: whole files or ranges of bytes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../shared/failure'
import type { FolderFile, FolderReader } from '../../engine/formats/folder'

/** Fails with `model-missing` where there is no such folder. */
export async function openModelFolder(folder: string): Promise<FolderReader> {
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) {
    throw new Failure('model-missing', `There is no model folder at ${folder}. Choose another, or put it back.`, {
      folder,
    })
  }
  return {
    async list() {
      const entries = await readdir(folder, { withFileTypes: true })
      const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
      return await Promise.all(names.map(async (name) => ({ name, byteLength: (await stat(join(folder, name))).size })))
    },
    async read(name, begin = 0, end) {
      const file = join(folder, name)
      try {
        const handle = await open(file, 'r')
        try {
          const length = (end ?? (await handle.stat()).size) - begin
          const bytes = new Uint8Array(length)
          let done = 0
          while (done < length) {
            const { bytesRead } = await handle.read(bytes, done, length - done, begin + done)
            if (bytesRead === 0) throw new Error(`it ends after ${begin + done} bytes`)
            done += bytesRead
          }
          return bytes
        } finally {
          await handle.close()
        }
      } catch (thrown) {
        throw new Failure('file-unreadable', `${file} cannot be read: ${(thrown as Error).message}.`, { file })
      }
    },
  }
}

/** SHA-256 over the weight files in the order of their names. */
export async function hashFiles(folder: string, files: readonly FolderFile[]): Promise<string> {
  const hash = createHash('sha256')
  for (const { name } of files.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

/** The engine knows files by their names alone: what is wrong with one is told with its folder. */
export async function naming<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.message.includes(folder)) throw thrown
    throw new Failure(thrown.code, `${folder}: ${thrown.message}`, { folder, ...thrown.details })
  }
}
