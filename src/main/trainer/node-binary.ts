/** Finds the plain Node that runs the worker: native parts meet no Electron there, and a crash ends a run, not the app. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const binaryName = process.platform === 'win32' ? 'node.exe' : 'node'

/**
 * Ourselves where we are plain Node; else the binary that a packaged app carries, else the `node` package's.
 * @param roots folders to look in: the packaged app's resources, the source checkout
 */
export function locateNode(roots: readonly string[]): string {
  if (process.versions.electron === undefined) return process.execPath
  const candidates = roots.flatMap((root) => [
    join(root, 'node', binaryName),
    join(root, 'node_modules', 'node', 'bin', binaryName),
  ])
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw new Error(`No Node binary for the worker in ${candidates.join(', ')}`)
  return found
}
