/** Model folders for the engine: on disk, or made up in memory. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderReader } from '../../src/main/engine/formats/folder'

export function folderOnDisk(folder: string): FolderReader {
  return {
    async list() {
      const names = await readdir(folder)
      return Promise.all(names.map(async (name) => ({ name, byteLength: (await stat(join(folder, name))).size })))
    },
    async read(name, begin = 0, end) {
      const file = await open(join(folder, name))
      try {
        const bytes = new Uint8Array((end ?? (await file.stat()).size) - begin)
        await file.read(bytes, 0, bytes.byteLength, begin)
        return bytes
      } finally {
        await file.close()
      }
    },
  }
}

export function folderInMemory(files: Readonly<Record<string, Uint8Array>>): FolderReader {
  return {
    list: async () => Object.entries(files).map(([name, { byteLength }]) => ({ name, byteLength })),
    async read(name, begin, end) {
      const bytes = files[name]
      if (!bytes) throw new Error(`no file ${name} in this folder of ${Object.keys(files).join(', ')}`)
      return bytes.slice(begin, end)
    },
  }
}
