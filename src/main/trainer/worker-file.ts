/** Finds the bundled worker beside the bundle that asks for it. */
import { existsSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/**
 * @param from folder of the asking module: out/main, a folder below it, or a source folder (tests)
 * The worker runs under plain Node, which cannot look into an Electron archive: it lies unpacked beside it.
 */
export function locateWorker(from: string): string {
  const unpacked = from.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`)
  const candidates = ancestors(unpacked).flatMap((folder) => [
    join(folder, 'worker.js'),
    join(folder, 'out', 'main', 'worker.js'),
  ])
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw new Error(`No bundled worker near ${from}. Build it with: npm run build`)
  return found
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}
