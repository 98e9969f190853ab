/** Where a run keeps its checkpoints: `last.safetensors` to go on from, `best-<step>.safetensors` as its result. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../shared/failure'
import { writeAtomically } from '../files/write-atomically'

export interface CheckpointFiles {
  saveLast(bytes: Uint8Array): Promise<void>
  saveBest(step: number, bytes: Uint8Array): Promise<void>
  /** Null where no state to go on from was kept. */
  readLast(): Promise<Uint8Array | null>
  /** The best parameters as they were after `step` steps. */
  readBest(step: number): Promise<Uint8Array>
  /** Removes the optimizer's state: a finished run keeps its best parameters alone. */
  finish(): Promise<void>
  /** Removes everything that an earlier attempt kept. */
  clear(): Promise<void>
}

const lastName = 'last.safetensors'
const bestPattern = /^best-(\d+)\.safetensors$/

export function openCheckpointFiles(runFolder: string): CheckpointFiles {
  const last = join(runFolder, lastName)
  const bestFile = (step: number) => join(runFolder, `best-${step}.safetensors`)
  let newestBest: number | null = null

  return {
    saveBest: async (step, bytes) => {
      await writeAtomically(bestFile(step), bytes)
      newestBest = step
    },
    // An older best goes only once no `last` mentions it: a death at any moment leaves a pair that fits.
    saveLast: async (bytes) => {
      await writeAtomically(last, bytes)
      if (newestBest !== null) await removeBests(runFolder, newestBest)
    },
    readLast: () => readIfThere(last),
    readBest: async (step) => {
      const bytes = await readIfThere(bestFile(step))
      if (!bytes) throw missing(bestFile(step))
      return bytes
    },
    finish: async () => {
      await rm(last, { force: true })
      if (newestBest !== null) await removeBests(runFolder, newestBest)
    },
    clear: async () => {
      await rm(last, { force: true })
      await removeBests(runFolder, null)
    },
  }
}

/** The parameters that a run is remembered by. Fails with `checkpoint-malformed` where it has none. */
export async function readBestParameters(runFolder: string): Promise<Uint8Array> {
  const steps = await bestSteps(runFolder)
  const newest = steps.length === 0 ? null : Math.max(...steps)
  const bytes = newest === null ? null : await readIfThere(join(runFolder, `best-${newest}.safetensors`))
  if (!bytes) throw missing(runFolder)
  return bytes
}

async function removeBests(runFolder: string, kept: number | null): Promise<void> {
  for (const step of await bestSteps(runFolder)) {
    if (step !== kept) await rm(join(runFolder, `best-${step}.safetensors`), { force: true })
  }
}

async function bestSteps(runFolder: string): Promise<number[]> {
  return (await list(runFolder)).flatMap((name) => {
    const step = bestPattern.exec(name)?.[1]
    return step === undefined ? [] : [Number(step)]
  })
}

async function list(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => [])
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Failure('file-unreadable', `${file} cannot be read: ${(thrown as Error).message}`, { file })
  }
}

function missing(place: string): Failure {
  return new Failure('checkpoint-malformed', `No trained parameters are kept at ${place}. Run it again.`, { place })
}
