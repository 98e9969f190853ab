/** Keeps what frozen layers say of texts on the disk, for every run on the same model and texts. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { BackendId } from '../../../shared/device'
import { keptOutputsLimitBytes } from '../../../shared/run'
import type { Example } from '../../engine/data/encode'
import { inspectModel } from '../../engine/formats/hugging-face'
import { createMemoryStore, type KeptValuesStore } from '../../engine/training/kept-values'
import { hashFile } from '../../files/hash-file'
import { type KeptFacts, keptName, openKeptOutputs } from '../../files/kept-outputs'
import { hashFiles, openModelFolder } from './model-folder'

export type KeptOrigin = Omit<KeptFacts, 'part' | 'texts'>

/**
 * Files in `folder`; where the disk has no room (or does not write) memory, and where that has none nothing.
 * @param log told what could not be kept as it should
 */
export function createFileStore(folder: string, origin: KeptOrigin, log: (line: string) => void): KeptValuesStore {
  const files = openKeptOutputs(folder)
  const memory = createMemoryStore(keptOutputsLimitBytes)
  return {
    find: async ({ part, texts }, count) => files.open(keptName({ ...origin, part, texts: hashTexts(texts) }), count),
    async create(name, count) {
      const { part, texts } = name
      const file = await files.create(keptName({ ...origin, part, texts: hashTexts(texts) }), count).catch(() => null)
      if (file) return { ...file, write: async (...values) => file.write(...values), finish: async () => file.finish() }
      const kept = await memory.create(name, count)
      const size = `${Math.round((count * Float32Array.BYTES_PER_ELEMENT) / 1e6)} MB`
      log(`${part} of ${texts.length} texts (${size}): no room on the disk, ${kept ? 'kept in memory' : 'not kept'}`)
      return kept
    },
  }
}

/** As the model lies in its folder now. */
export async function originOf(modelFolder: string, backend: BackendId): Promise<KeptOrigin> {
  const { weightFiles } = await inspectModel(await openModelFolder(modelFolder))
  return {
    weights: await hashFiles(modelFolder, weightFiles),
    config: await hashConfig(modelFolder),
    backend,
  }
}

export async function hashConfig(modelFolder: string): Promise<string> {
  return await hashFile(join(modelFolder, 'config.json'))
}

/** Of token ids, in their order. */
export function hashTexts(texts: readonly Example['tokenIds'][]): string {
  const hash = createHash('sha256')
  for (const tokenIds of texts) hash.update(`${tokenIds.length} `).update(tokenIds)
  return hash.digest('hex')
}
