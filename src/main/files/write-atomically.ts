/** Writes files and folders so that a reader sees the old content or the new, whole, whatever happens in between. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { toWriteFailure } from './write-failure'

/** What goes into a file: all of it, or its parts as they come. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/**
 * Writes `data` beside `path` and renames it over `path` once it is on the disk; missing folders are created.
 * Fails with `disk-full` or `write-failed`, leaving what was there before and nothing else.
 */
export async function writeAtomically(
  path: string,
  data: FileContent,
  { neededBytes = byteLengthOf(data) }: { neededBytes?: number | undefined } = {},
): Promise<void> {
  const target = resolve(path)
  const temporary = temporaryBeside(target)
  try {
    await mkdir(dirname(target), { recursive: true })
    await writeAll(temporary, data)
    await renameOver(temporary, target)
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw await toWriteFailure(thrown, target, neededBytes)
  }
}

/**
 * Lets `write` fill a new folder beside `target` and renames it to `target`, replacing what was there.
 * Whatever `write` throws is thrown on (errors of the disk as `disk-full` or `write-failed`); `target` is then as before.
 * Between the two renames of a replacement a killed process leaves the old folder under a name ending in `.replaced`.
 */
export async function writeFolderAtomically(
  target: string,
  write: (temporary: string) => Promise<void>,
  { neededBytes }: { neededBytes?: number } = {},
): Promise<void> {
  const folder = resolve(target)
  const temporary = temporaryBeside(folder)
  try {
    await mkdir(temporary, { recursive: true })
    await write(temporary)
    await synchronizeFolder(temporary)
    await replaceFolder(temporary, folder)
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    throw await toWriteFailure(thrown, folder, neededBytes)
  }
}

/** `.name.12345678.temporary`: hidden, and beside its target because a rename cannot leave its disk. */
function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.temporary`)
}

async function writeAll(file: string, data: FileContent): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(data)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function replaceFolder(temporary: string, target: string): Promise<void> {
  const replaced = `${temporary}.replaced`
  const hadOne = await rename(target, replaced).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return false
      throw thrown
    },
  )
  try {
    await renameOver(temporary, target)
  } catch (thrown) {
    if (hadOne) await rename(replaced, target)
    throw thrown
  }
  if (hadOne) await rm(replaced, { recursive: true, force: true })
}

/** On Windows a virus scanner may hold a new file for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code ?? ''
      if (process.platform !== 'win32' || attempt === 5 || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw thrown
      await wait(50 * attempt)
    }
  }
}

/** Without this a power cut after the rename could leave empty files under the final name. */
async function synchronizeFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const handle = await open(join(entry.parentPath, entry.name), 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

function byteLengthOf(data: FileContent): number | undefined {
  if (typeof data === 'string') return Buffer.byteLength(data)
  return data instanceof Uint8Array ? data.byteLength : undefined
}
