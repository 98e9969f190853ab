/** Turns an error of the file system while writing into a failure that a person can act on. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../../shared/failure'

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Fino has no permission to write there; change the permissions or choose another folder',
  EPERM: 'Fino has no permission to write there; change the permissions or choose another folder',
  EROFS: 'that disk is read-only; choose a folder on another disk',
  ENOTDIR: 'a part of that path is a file, not a folder; choose another folder',
  EISDIR: 'a folder of that name is in the way; remove it or choose another name',
  EEXIST: 'a file of that name is in the way; remove it or choose another name',
  ENOENT: 'its folder was removed while Fino was writing; try again',
  ENAMETOOLONG: 'that path is too long; choose a shorter one',
  EBUSY: 'another program is using it; close that program and try again',
  ETXTBSY: 'another program is using it; close that program and try again',
  EFBIG: 'that disk cannot hold a file so large; choose a folder on another disk',
  EIO: 'the disk reported an error; check the disk or choose another one',
}

export function isDiskFull(thrown: unknown): boolean {
  const code = systemCode(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/**
 * ENOSPC and EDQUOT become `disk-full` with what is free and, where the caller knows it, what is needed; the
 * other errors of writing become `write-failed`. Anything else (a Failure, a programmer's mistake) is returned as it is.
 */
export async function toWriteFailure(thrown: unknown, path: string, neededBytes?: number): Promise<unknown> {
  if (isDiskFull(thrown)) {
    const freeBytes = await freeDiskBytes(dirname(path))
    const needed = neededBytes === undefined ? '' : `${describeBytes(neededBytes)} are needed and `
    const free = freeBytes === null ? 'the disk is full' : `only ${describeBytes(freeBytes)} are free`
    return new Failure(
      'disk-full',
      `The disk that holds ${path} is full: ${needed}${free}. Free some space, or set FINO_HOME to a folder on another disk.`,
      { path, freeBytes, neededBytes: neededBytes ?? null },
    )
  }
  const code = systemCode(thrown)
  const remedy = remedies[code]
  if (remedy === undefined) return thrown
  return new Failure('write-failed', `${path} could not be written: ${remedy}.`, { path, reason: code })
}

/** Bytes that this person may still write on the disk of `folder`, or of the nearest folder above that exists. */
export async function freeDiskBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    const parent = dirname(folder)
    return parent === folder ? null : freeDiskBytes(parent)
  }
}

/** "1.4 GB", "270 MB", "12 kB": decimal units, as file managers show them. */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function systemCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}
