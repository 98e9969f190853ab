/**
 * Installs, finds and removes the TensorFlow library behind the `tensorflow` backend. All of it lives in one folder; an
 * install that fails or is cancelled leaves nothing there but the part of the download that can be taken up again.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccelerationBuild, AccelerationProgress } from '../../../shared/device'
import { Failure } from '../../../shared/failure'
import { describeBytes, freeDiskBytes, toWriteFailure } from '../../files/write-failure'
import { requireCard } from '../nvidia'
import { bindingName, buildBinding, copyPrebuiltBinding, findBuildTools } from './build-binding'
import { download, sizeOf, verifyChecksum } from './download'
import { downloadWithPip, locateWheels, type WheelSource } from './locate-wheel'
import { downloadBytes, type Release, releaseFor, type Wheel } from './release'
import { tryBinding } from './try-binding'
import { unpackWheel } from './unpack-wheel'

export interface Acceleration {
  /** The native binding to load. */
  readonly binding: string
  readonly tensorflow: string
  readonly build: AccelerationBuild
  readonly wheel: string
}

export interface InstallOptions {
  /** The workspace's acceleration folder. */
  readonly folder: string
  /** By default `cpu`. */
  readonly build?: AccelerationBuild | undefined
  /** A wheel already on disk, or the folder of all of them, instead of a download. */
  readonly from?: string | undefined
  /** A binding that came with the app, instead of building one. */
  readonly prebuiltBinding?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: AccelerationProgress) => void) | undefined
}

/** What an install does to the world, one function a step. */
export interface InstallSteps {
  readonly release: (build: AccelerationBuild) => Release
  readonly locate: typeof locateWheels
  readonly requireCard: typeof requireCard
  readonly findBuildTools: typeof findBuildTools
  readonly build: typeof buildBinding
  readonly tryOut: typeof tryBinding
}

const realSteps: InstallSteps = {
  release: (build) => releaseFor(process.platform, process.arch, build),
  locate: locateWheels,
  requireCard,
  findBuildTools,
  build: buildBinding,
  tryOut: tryBinding,
}

/** The installed acceleration, or null. Reads one small file. */
export function findAcceleration(folder: string): Acceleration | null {
  const place = join(folder, installedName)
  try {
    const { tensorflow, wheel, build = 'cpu' } = JSON.parse(readFileSync(join(place, markerName), 'utf8')) as Marker
    const binding = bindingIn(place, build)
    return existsSync(binding) ? { binding, tensorflow, build, wheel } : null
  } catch {
    return null
  }
}

/** What was installed; `build` is missing where it was before there were two. */
interface Marker {
  readonly tensorflow: string
  readonly wheel: string
  readonly build?: AccelerationBuild
}

const libraryFolders: Readonly<Record<AccelerationBuild, string>> = { cpu: '.', cuda: 'tensorflow' }

/** TensorFlow's libraries look for NVIDIA's in `../nvidia`. */
function bindingIn(place: string, build: AccelerationBuild): string {
  return join(place, libraryFolders[build], bindingName)
}

/**
 * Installs the acceleration, replacing one that is there.
 * @throws Failure acceleration-failed, file-missing or disk-full; `cancelled` when the signal aborts.
 */
export async function installAcceleration(
  options: InstallOptions,
  steps: InstallSteps = realSteps,
): Promise<Acceleration> {
  const { folder, build = 'cpu', from, prebuiltBinding, signal, onProgress } = options
  const report = paced(onProgress)
  const release = steps.release(build)
  await mkdir(folder, { recursive: true })
  const unlock = await lock(folder)
  const workplace = join(folder, workplaceName)
  try {
    report('locating')
    if (build === 'cuda') await steps.requireCard()
    const tools = prebuiltBinding === undefined ? await steps.findBuildTools() : null
    const sources = await steps.locate({ release, from, signal })
    await checkSpace(folder, release, sources)

    const wheels: { path: string; source: WheelSource }[] = []
    for (const source of sources) {
      const path = source.kind === 'file' ? source.path : await fetchWheel({ folder, source, release, signal, report })
      wheels.push({ path, source })
    }
    await overAll(wheels, report, 'verifying', ({ path, source }, onProgress) =>
      verifyChecksum(path, source.wheel.sha256, {
        name: source.wheel.fileName,
        signal,
        keep: source.kind === 'file',
        onProgress,
      }),
    )

    await rm(workplace, { recursive: true, force: true })
    await mkdir(workplace)
    const libraryFolder = join(workplace, libraryFolders[build])
    await overAll(wheels, report, 'unpacking', ({ path }, onProgress) =>
      unpackWheel({ wheel: path, folder: workplace, libraryFolder, signal, onProgress }),
    )
    report('building')
    if (tools) await steps.build({ folder: libraryFolder, tools, signal })
    else if (prebuiltBinding !== undefined) await copyPrebuiltBinding(prebuiltBinding, libraryFolder)
    await rm(join(libraryFolder, 'include'), { recursive: true, force: true })
    report('testing')
    const { tensorflow } = await steps.tryOut(libraryFolder, signal)
    signal?.throwIfAborted()

    // The marker is written last, and the folder gets its name by one rename: it is there whole or not at all.
    const marker: Required<Marker> = { tensorflow, build, wheel: release.wheels[0].fileName }
    await writeFile(join(workplace, markerName), JSON.stringify(marker))
    await rm(join(folder, installedName), { recursive: true, force: true })
    await rename(workplace, join(folder, installedName))
    await rm(join(folder, downloadsName), { recursive: true, force: true })
    report('done')
    return { ...marker, binding: bindingIn(join(folder, installedName), build) }
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

/** Does one step of an install for each wheel, told as one. */
async function overAll<Item extends { readonly path: string }>(
  items: readonly Item[],
  report: Report,
  phase: AccelerationProgress['phase'],
  step: (item: Item, onProgress: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const sizes = await Promise.all(items.map(({ path }) => sizeOf(path)))
  const whole = sizes.reduce((sum, size) => sum + size, 0)
  let before = 0
  for (const [index, item] of items.entries()) {
    const size = sizes[index] as number
    await step(item, (done, total) => report(phase, before + (size * done) / Math.max(total, 1), whole))
    before += size
  }
}

async function fetchWheel({
  folder,
  source: { wheel, url, pip },
  release,
  signal,
  report,
}: {
  folder: string
  source: Extract<WheelSource, { kind: 'address' }>
  release: Release
  signal?: AbortSignal | undefined
  report: Report
}): Promise<string> {
  const downloads = join(folder, downloadsName)
  await mkdir(downloads, { recursive: true })
  const part = partOf(folder, wheel)
  if ((await sizeOf(part)) === wheel.wheelBytes) return part
  const whole = downloadBytes(release.wheels)
  const before = downloadBytes(release.wheels.slice(0, release.wheels.indexOf(wheel)))
  try {
    await download({
      url,
      file: part,
      signal,
      onProgress: (received) => report('downloading', before + received, whole),
    })
    return part
  } catch (thrown) {
    // Nothing arrived at all: perhaps only pip knows this network's proxy and certificates.
    const reachable = (await sizeOf(part)) > 0
    if (reachable || !(thrown instanceof Failure) || thrown.details.network !== true) throw thrown
    report('downloading')
    await downloadWithPip({ pip, release, wheel, folder: downloads, signal })
    await rename(join(downloads, wheel.fileName), part)
    return part
  }
}

function partOf(folder: string, { fileName }: Wheel): string {
  return join(folder, downloadsName, `${fileName}.part`)
}

async function checkSpace(folder: string, release: Release, sources: readonly WheelSource[]): Promise<void> {
  let needed = release.unpackedBytes
  for (const { kind, wheel } of sources) {
    if (kind === 'address') needed += Math.max(0, wheel.wheelBytes - (await sizeOf(partOf(folder, wheel))))
  }
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
