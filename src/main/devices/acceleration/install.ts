/**
 * Installs, finds and removes the TensorFlow library behind the `tensorflow` backend. All of it lives in one folder; an
 * install that fails or is cancelled leaves nothing there but the part of the download that can be taken up again.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccelerationProgress } from '../../../shared/device'
import { Failure } from '../../../shared/failure'
import { describeBytes, freeDiskBytes, toWriteFailure } from '../../files/write-failure'
import { bindingName, buildBinding, copyPrebuiltBinding, findBuildTools } from './build-binding'
import { download, sizeOf, verifyChecksum } from './download'
import { downloadWithPip, locateWheel, type WheelSource } from './locate-wheel'
import { releaseFor, type WheelRelease } from './release'
import { tryBinding } from './try-binding'
import { unpackWheel } from './unpack-wheel'

export interface Acceleration {
  /** The native binding to load. */
  readonly binding: string
  readonly tensorflow: string
  readonly gpu: boolean
  readonly wheel: string
}

export interface InstallOptions {
  /** The workspace's acceleration folder. */
  readonly folder: string
  /** A wheel already on disk, instead of a download. */
  readonly from?: string | undefined
  /** A binding that came with the app, instead of building one. */
  readonly prebuiltBinding?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: AccelerationProgress) => void) | undefined
}

/** What an install does to the world, one function a step. */
export interface InstallSteps {
  readonly release: () => WheelRelease
  readonly locate: typeof locateWheel
  readonly findBuildTools: typeof findBuildTools
  readonly build: typeof buildBinding
  readonly tryOut: typeof tryBinding
}

const realSteps: InstallSteps = {
  release: () => releaseFor(process.platform, process.arch),
  locate: locateWheel,
  findBuildTools,
  build: buildBinding,
  tryOut: tryBinding,
}

/** The installed acceleration, or null. Reads one small file. */
export function findAcceleration(folder: string): Acceleration | null {
  const place = join(folder, installedName)
  try {
    const facts = JSON.parse(readFileSync(join(place, markerName), 'utf8')) as Omit<Acceleration, 'binding'>
    const binding = join(place, bindingName)
    return existsSync(binding) ? { ...facts, binding } : null
  } catch {
    return null
  }
}

/**
 * Installs the acceleration, replacing one that is there.
 * @throws Failure acceleration-failed, file-missing or disk-full; `cancelled` when the signal aborts.
 */
export async function installAcceleration(
  options: InstallOptions,
  steps: InstallSteps = realSteps,
): Promise<Acceleration> {
  const { folder, from, prebuiltBinding, signal, onProgress } = options
  const report = paced(onProgress)
  const release = steps.release()
  await mkdir(folder, { recursive: true })
  const unlock = await lock(folder)
  const workplace = join(folder, workplaceName)
  try {
    report('locating')
    const tools = prebuiltBinding === undefined ? await steps.findBuildTools() : null
    const source = await steps.locate({ release, from, signal })
    await checkSpace(folder, release, source)

    const wheel = source.kind === 'file' ? source.path : await fetchWheel({ ...options, source, release, report })
    await verifyChecksum(wheel, source.sha256, {
      name: release.fileName,
      signal,
      keep: source.kind === 'file',
      onProgress: (done, total) => report('verifying', done, total),
    })

    await rm(workplace, { recursive: true, force: true })
    await mkdir(workplace)
    await unpackWheel({
      wheel,
      folder: workplace,
      signal,
      onProgress: (done, total) => report('unpacking', done, total),
    })
    report('building')
    if (tools) await steps.build({ folder: workplace, tools, signal })
    else if (prebuiltBinding !== undefined) await copyPrebuiltBinding(prebuiltBinding, workplace)
    await rm(join(workplace, 'include'), { recursive: true, force: true })
    report('testing')
    const facts = await steps.tryOut(workplace, signal)
    signal?.throwIfAborted()

    // The marker is written last, and the folder gets its name by one rename: it is there whole or not at all.
    await writeFile(join(workplace, markerName), JSON.stringify({ ...facts, wheel: release.fileName }))
    await rm(join(folder, installedName), { recursive: true, force: true })
    await rename(workplace, join(folder, installedName))
    await rm(join(folder, downloadsName), { recursive: true, force: true })
    report('done')
    return { ...facts, wheel: release.fileName, binding: join(folder, installedName, bindingName) }
  } catch (thrown) {
    if (signal?.aborted) throw new Failure('cancelled', 'The installation was cancelled. What was downloaded is kept.')
    throw await toWriteFailure(thrown, folder)
  } finally {
    await rm(workplace, { recursive: true, force: true })
    await unlock()
  }
}

/** Removes the library and any kept download. True when something was there. */
export async function removeAcceleration(folder: string): Promise<boolean> {
  const there = await readdir(folder).catch(() => [])
  if (there.length === 0) return false
  const unlock = await lock(folder)
  try {
    for (const name of [installedName, downloadsName, workplaceName]) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
  } finally {
    await unlock()
  }
  return true
}

const installedName = 'tensorflow'
const downloadsName = 'downloads'
const workplaceName = 'installing'
const markerName = 'installed.json'
const lockName = 'lock'

type Report = (phase: AccelerationProgress['phase'], receivedBytes?: number, totalBytes?: number | null) => void

/** Ten reports a second are enough for a bar; a new phase and its end are always told. */
function paced(onProgress: InstallOptions['onProgress']): Report {
  let phaseBefore = ''
  let toldAt = 0
  return (phase, receivedBytes = 0, totalBytes = null) => {
    if (phase === phaseBefore && receivedBytes !== totalBytes && Date.now() - toldAt < 100) return
    phaseBefore = phase
    toldAt = Date.now()
    onProgress?.({ phase, receivedBytes, totalBytes })
  }
}

async function fetchWheel({
  folder,
  source,
  release,
  signal,
  report,
}: {
  folder: string
  source: Extract<WheelSource, { kind: 'address' }>
  release: WheelRelease
  signal?: AbortSignal | undefined
  report: Report
}): Promise<string> {
  const downloads = join(folder, downloadsName)
  await mkdir(downloads, { recursive: true })
  const part = join(downloads, `${release.fileName}.part`)
  try {
    await download({
      url: source.url,
      file: part,
      signal,
      onProgress: (received, total) => report('downloading', received, total),
    })
    return part
  } catch (thrown) {
    // Nothing arrived at all: perhaps only pip knows this network's proxy and certificates.
    const reachable = (await sizeOf(part)) > 0
    if (reachable || !(thrown instanceof Failure) || thrown.details.network !== true) throw thrown
    report('downloading')
    await downloadWithPip({ pip: source.pip, release, folder: downloads, signal })
    await rename(join(downloads, release.fileName), part)
    return part
  }
}

async function checkSpace(folder: string, release: WheelRelease, source: WheelSource): Promise<void> {
  const kept = await sizeOf(join(folder, downloadsName, `${release.fileName}.part`))
  const wheelBytes = source.kind === 'address' ? Math.max(0, release.wheelBytes - kept) : 0
  const needed = release.unpackedBytes + wheelBytes
  const free = await freeDiskBytes(folder)
  if (free === null || free >= needed) return
  throw new Failure(
    'disk-full',
    `Acceleration needs ${describeBytes(needed)} in ${folder}, and only ${describeBytes(free)} are free. Free some space, or set FINO_HOME to a folder on another disk.`,
    { path: folder, neededBytes: needed, freeBytes: free },
  )
}

/** One install at a time, also across processes. A lock whose owner died is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName)
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' })
      return () => rm(path, { force: true })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
      const owner = Number(readFileSync(path, 'utf8'))
      if (isAlive(owner)) {
        throw new Failure('acceleration-failed', `Another installation is under way in ${folder} (process ${owner}).`)
      }
      await rm(path, { force: true })
    }
  }
}

function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
