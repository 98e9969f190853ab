/** Finds what ships with Fino: resources/ of the repository, or its copy inside a packaged app. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../../shared/failure'

export interface Resources {
  readonly folder: string
  /** A Hugging Face folder. */
  readonly starterFolder: string
  /** Columns id, language, text, topic, urgency, reply. */
  readonly exampleFile: string
}

const exampleIn = (folder: string) => join(folder, 'example', 'customer-messages.csv')

/**
 * Looks in Electron's resources folder where there is one, then in every folder above `from` (this module, or the
 * bundle it ended up in): a folder `resources` there, or that folder itself, with the example data in it.
 */
export function findResources({
  from = import.meta.dirname,
  resourcesPath = (process as { resourcesPath?: string }).resourcesPath,
}: {
  from?: string
  resourcesPath?: string | undefined
} = {}): Resources {
  const places = resourcesPath === undefined ? ancestors(from) : [resourcesPath, ...ancestors(from)]
  const folder = places
    .flatMap((place) => [join(place, 'resources'), place])
    .find((candidate) => existsSync(exampleIn(candidate)))
  if (folder === undefined) {
    throw new Failure(
      'not-found',
      `Fino's own files (resources/example, resources/starter) are missing near ${from}. Install Fino again.`,
      { from },
    )
  }
  return { folder, starterFolder: join(folder, 'starter'), exampleFile: exampleIn(folder) }
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}
