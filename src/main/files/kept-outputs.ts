/**
 * Values of float32 that runs keep for later ones: a file each, named by all that it depends on. A file is there whole or
 * not at all; the least recently used go when all together would take more room than they may.
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../../shared/version'
import { freeDiskBytes } from './write-failure'

export interface KeptFile {
  /** Fills `target` with the values from the given one on. */
  read(from: number, target: Float32Array): void
  release(): void
}

export interface KeptFileWriter {
  write(from: number, values: Float32Array): void
  finish(): KeptFile
  abandon(): void
}

export interface KeptOutputs {
  /** Null where there is none of that name with so many values. */
  open(name: string, count: number): KeptFile | null
  /** Null where the values have no room, even once all others are gone. */
  create(name: string, count: number): Promise<KeptFileWriter | null>
}

/** All files together. */
export const keptOutputsDiskBytes = 10e9
/** Room on the disk that is left to others. */
const spareBytes = 2e9
/** Files up to this size are read at once; of larger ones the system keeps in memory what it has room for. */
export const readWholeBytes = 64e6
const extension = '.f32'
const temporaryPattern = /^\.[0-9a-f]+\.(\d+)\.[0-9a-f]+\.temporary$/
const float = Float32Array.BYTES_PER_ELEMENT

/** All that values depend on, beside Fino's own version. */
export interface KeptFacts {
  /** Hashes of the model's weights and of its config.json. */
  readonly weights: string
  readonly config: string
  readonly backend: string
  /** What was computed. */
  readonly part: string
  /** Hash of the texts' token ids. */
  readonly texts: string
}

export function keptName({ weights, config, backend, part, texts }: KeptFacts): string {
  return createHash('sha256').update([version, weights, config, backend, part, texts].join('\n')).digest('hex')
}

/** Whether there is one of that name now. */
export function isKept(folder: string, name: string): boolean {
  return statSync(join(folder, `${name}${extension}`), { throwIfNoEntry: false }) !== undefined
}

export function openKeptOutputs(folder: string, limitBytes: number = keptOutputsDiskBytes): KeptOutputs {
  const fileOf = (name: string) => join(folder, `${name}${extension}`)
  return {
    open(name, count) {
      const file = fileOf(name)
      if (statSync(file, { throwIfNoEntry: false })?.size !== count * float) return null
      try {
        const now = new Date()
        utimesSync(file, now, now)
        return readerOf(openSync(file, 'r'), count)
      } catch {
        return null // another process has dropped it just now
      }
    },

    async create(name, count) {
      await mkdir(folder, { recursive: true })
      const free = (await freeDiskBytes(folder)) ?? Number.POSITIVE_INFINITY
      if (!(await makeRoom(folder, count * float, limitBytes, free - spareBytes))) return null
      const file = fileOf(name)
      const temporary = join(folder, `.${name}.${process.pid}.${randomBytes(4).toString('hex')}.temporary`)
      const descriptor = openSync(temporary, 'wx+')
      const abandon = () => {
        closeSync(descriptor)
        rmSync(temporary, { force: true })
      }
      return {
        write: (from, values) => writeAll(descriptor, bytesOf(values), from * float),
        finish() {
          try {
            fsyncSync(descriptor)
            renameSync(temporary, file)
          } catch (thrown) {
            abandon()
            throw thrown
          }
          return readerOf(descriptor, count)
        },
        abandon,
      }
    },
  }
}

/** What is kept in the folder. */
export async function keptOutputsSize(folder: string): Promise<{ files: number; byteLength: number }> {
  const files = await list(folder)
  return { files: files.length, byteLength: files.reduce((sum, { byteLength }) => sum + byteLength, 0) }
}

/** A run that reads one goes on reading it. */
export async function clearKeptOutputs(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Drops the least recently used until so many bytes more fit within both limits; false where they never would. */
async function makeRoom(folder: string, needed: number, limitBytes: number, free: number): Promise<boolean> {
  await dropLeftovers(folder)
  const files = await list(folder)
  let used = files.reduce((sum, { byteLength }) => sum + byteLength, 0)
  let left = free
  if (needed > limitBytes || needed > left + used) return false
  for (const { path, byteLength } of files.toSorted((one, other) => one.usedAt - other.usedAt)) {
    if (used + needed <= limitBytes && needed <= left) break
    await rm(path, { force: true })
    used -= byteLength
    left += byteLength
  }
  return true
}

/** Of processes that died while they wrote. */
async function dropLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const processId = Number(temporaryPattern.exec(name)?.[1] ?? process.pid)
    if (processId !== process.pid && !isAlive(processId)) await rm(join(folder, name), { force: true })
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function list(folder: string): Promise<{ path: string; byteLength: number; usedAt: number }[]> {
  const names = await readdir(folder).catch(() => [])
  const found = names
    .filter((name) => name.endsWith(extension))
    .map(async (name) => {
      const path = join(folder, name)
      const facts = await stat(path).catch(() => null)
      return facts ? [{ path, byteLength: facts.size, usedAt: facts.mtimeMs }] : []
    })
  return (await Promise.all(found)).flat()
}

function readerOf(descriptor: number, count: number): KeptFile {
  let open = true
  const release = () => {
    if (open) closeSync(descriptor)
    open = false
  }
  if (count * float > readWholeBytes) {
    return { read: (from, target) => readAll(descriptor, bytesOf(target), from * float), release }
  }
  const values = new Float32Array(count)
  readAll(descriptor, bytesOf(values), 0)
  release()
  return { read: (from, target) => target.set(values.subarray(from, from + target.length)), release }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function readAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, position + done)
    if (count === 0) throw new Error(`kept values end after ${position + done} bytes`)
    done += count
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
  }
}
