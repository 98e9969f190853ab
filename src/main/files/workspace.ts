/** Where everything lives: one folder, FINO_HOME, with a place for each thing that Fino keeps. */
import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, posix, resolve, win32 } from 'node:path'
import { Failure } from '../../shared/failure'
import { isDiskFull, toWriteFailure } from './write-failure'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Workspace {
  readonly home: string
  readonly datasets: string
  readonly models: string
  readonly runs: string
  readonly exports: string
  readonly uploads: string
  readonly wordLists: string
  readonly cache: string
  /** What frozen layers say of texts, kept for later runs; may go at any time. */
  readonly keptOutputs: string
  /** The installed acceleration; absent until it is installed. */
  readonly acceleration: string
  readonly databaseFile: string
}

/** Every path of the workspace at `home`, without touching the disk. */
export function workspaceAt(home: string): Workspace {
  const root = resolve(home)
  return {
    home: root,
    datasets: join(root, 'datasets'),
    models: join(root, 'models'),
    runs: join(root, 'runs'),
    exports: join(root, 'exports'),
    uploads: join(root, 'uploads'),
    wordLists: join(root, 'word-lists'),
    cache: join(root, 'cache'),
    keptOutputs: join(root, 'cache', 'kept-outputs'),
    acceleration: join(root, 'acceleration'),
    databaseFile: join(root, 'fino.db'),
  }
}

/** FINO_HOME, or else the platform's application-data folder. */
export function defaultHome(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  userFolder: string = homedir(),
): string {
  if (env.FINO_HOME) return env.FINO_HOME
  if (platform === 'win32') {
    return win32.join(env.APPDATA || win32.join(userFolder, 'AppData', 'Roaming'), 'Fino')
  }
  if (platform === 'darwin') return posix.join(userFolder, 'Library', 'Application Support', 'Fino')
  // The XDG specification says to ignore a relative path.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : posix.join(userFolder, '.local', 'share')
  return posix.join(data, 'fino')
}

/**
 * Creates the folders that are missing and proves that files can be written there.
 * Fails with `write-failed` (no permission, a file in the way, a read-only disk) or `disk-full`.
 */
export async function openWorkspace({
  home,
  env = process.env,
}: {
  home?: string | undefined
  env?: Environment
} = {}): Promise<Workspace> {
  const workspace = workspaceAt(home ?? defaultHome(env))
  const { datasets, models, runs, exports, uploads, wordLists, cache, acceleration } = workspace
  try {
    for (const folder of [datasets, models, runs, exports, uploads, wordLists, cache, acceleration]) {
      await mkdir(folder, { recursive: true })
    }
    const probe = join(workspace.home, `.probe-${randomUUID()}`)
    await writeFile(probe, '')
    await rm(probe)
  } catch (thrown) {
    if (isDiskFull(thrown)) throw await toWriteFailure(thrown, workspace.home)
    const inTheWay = await stat(workspace.home).then(
      (found) => !found.isDirectory(),
      () => false,
    )
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    if (!code) throw thrown
    const reason = inTheWay ? 'a file of that name is in the way' : code
    throw new Failure(
      'write-failed',
      `Fino cannot keep its files in ${workspace.home} (${reason}). Make that folder writable, or set FINO_HOME to one that is.`,
      { path: workspace.home, reason: code },
    )
  }
  return workspace
}
