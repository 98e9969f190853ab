/** Turns an error of the file system while reading into a failure that a person can act on. */
import { basename } from 'node:path'
import { Failure } from '../../shared/failure'

/** Errors of the file system while reading, as failures; anything else is returned as it is. */
export function toReadFailure(thrown: unknown, path: string, fileName = basename(path)): unknown {
  if (thrown instanceof Failure || !(thrown instanceof Error) || !('code' in thrown)) return thrown
  const code = String(thrown.code)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Failure('file-missing', `There is no file ${path}. Check the name and the folder.`, { path })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Failure(
      'file-unreadable',
      `Fino has no permission to read ${path}. Change the file's permissions, or copy it to a folder of yours.`,
      { path, reason: code },
    )
  }
  if (!/^E[A-Z0-9]+$/.test(code)) return thrown
  return new Failure(
    'file-unreadable',
    `${fileName} could not be read (${code}). Copy it to this machine's disk first.`,
    {
      path,
      reason: code,
    },
  )
}
