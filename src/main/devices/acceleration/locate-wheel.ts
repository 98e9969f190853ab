/**
 * Finds out where the wheels can be had. Fino knows no package host itself: it takes files that the person has, or asks
 * this machine's own pip, which knows the mirrors, proxies and certificates that hold here.
 */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../../shared/failure'
import type { Release, Wheel } from './release'
import { runCommand } from './run-command'

export type WheelSource =
  | { readonly kind: 'file'; readonly wheel: Wheel; readonly path: string }
  | { readonly kind: 'address'; readonly wheel: Wheel; readonly url: string; readonly pip: Pip }

/** A command that starts pip: the program and its leading arguments. */
export type Pip = readonly [string, ...string[]]

export interface LocateOptions {
  readonly release: Release
  /** A wheel already on disk, or the folder of all of them (`--from`, or FINO_TENSORFLOW_WHEEL for the only one). */
  readonly from?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly environment?: NodeJS.ProcessEnv
}

/**
 * In the order of the release.
 * @throws Failure file-missing, or acceleration-failed naming the files to fetch by hand.
 */
export async function locateWheels({
  release,
  from,
  signal,
  environment = process.env,
}: LocateOptions): Promise<WheelSource[]> {
  const path = from ?? (release.build === 'cpu' ? environment.FINO_TENSORFLOW_WHEEL : undefined)
  if (path) return filesOf(release, path)

  const reasons: string[] = []
  for (const pip of pips) {
    const answer = await runCommand([...pip, ...reportArguments(release)], { signal, environment })
    signal?.throwIfAborted()
    if (answer.code !== 0) {
      if (answer.code !== null) reasons.push(lastLine(answer.errors))
      continue
    }
    const addresses = readAddresses(answer.output)
    const sources = release.wheels.flatMap((wheel): WheelSource[] => {
      const url = addresses.get(wheel.fileName)
      if (url === undefined) return []
      return [
        url.startsWith('file:')
          ? { kind: 'file', wheel, path: fileURLToPath(url) }
          : { kind: 'address', wheel, url, pip },
      ]
    })
    if (sources.length === release.wheels.length) return sources
    reasons.push('pip gave no address')
  }
  const because =
    reasons.length > 0 ? `pip could not find it (${reasons[0]})` : 'there is no pip on this machine to ask'
  const [first, ...others] = release.wheels
  const names = others.length === 0 ? first.fileName : `${first.fileName} and ${others.length} others`
  throw new Failure(
    'acceleration-failed',
    `Could not find out where to download ${names}: ${because}. Fetch on any machine what is missing ` +
      `(pip download --no-deps ${release.wheels.map(requirement).join(' ')}) and pass it: ${howToPass(release)}.`,
    { file: first.fileName },
  )
}

/** Lets pip do the download itself, for networks that only pip knows how to leave. */
export async function downloadWithPip({
  pip,
  release,
  wheel,
  folder,
  signal,
  environment = process.env,
}: {
  readonly pip: Pip
  readonly release: Release
  readonly wheel: Wheel
  readonly folder: string
  readonly signal?: AbortSignal | undefined
  readonly environment?: NodeJS.ProcessEnv
}): Promise<void> {
  const wanted = ['--only-binary=:all:', '--no-deps', ...platformArguments(release)]
  const command = [...pip, 'download', ...wanted, '--dest', folder, '--quiet', requirement(wheel)]
  const answer = await runCommand(command, { signal, environment })
  signal?.throwIfAborted()
  if (answer.code === 0) return
  throw new Failure(
    'acceleration-failed',
    `Could not download ${wheel.fileName}: ${lastLine(answer.errors)}. Check the network and try again, or pass it: ${howToPass(release)}.`,
    { file: wheel.fileName },
  )
}

async function filesOf({ wheels }: Release, path: string): Promise<WheelSource[]> {
  const kind = await stat(path).catch(() => null)
  if (wheels.length === 1 && kind?.isFile()) return [{ kind: 'file', wheel: wheels[0], path }]
  if (!kind?.isDirectory()) {
    const wanted = wheels.length === 1 ? `wheel file at ${path}` : `folder with the ${wheels.length} wheels at ${path}`
    throw new Failure('file-missing', `There is no ${wanted}.`, { path })
  }
  const sources = wheels.map((wheel): WheelSource => ({ kind: 'file', wheel, path: join(path, wheel.fileName) }))
  for (const { path: file } of sources as Extract<WheelSource, { kind: 'file' }>[]) {
    if ((await stat(file).catch(() => null))?.isFile()) continue
    throw new Failure('file-missing', `${path} lacks the wheel ${basename(file)}. Put it there and try again.`, {
      path: file,
    })
  }
  return sources
}

function howToPass({ build }: Release): string {
  return build === 'cpu' ? 'fino accelerate --from FILE' : 'fino accelerate --cuda --from FOLDER'
}

const pips: readonly Pip[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]

function reportArguments(release: Release): string[] {
  const answerOnly = ['--dry-run', '--ignore-installed', '--quiet', '--report', '-', '--target', 'unused']
  return [
    'install',
    ...answerOnly,
    '--no-deps',
    '--only-binary=:all:',
    ...platformArguments(release),
    ...release.wheels.map(requirement),
  ]
}

function platformArguments({ pythonVersion, platformTags }: Release): string[] {
  return [
    '--python-version',
    pythonVersion,
    '--implementation',
    'cp',
    ...platformTags.flatMap((tag) => ['--platform', tag]),
  ]
}

function requirement({ package: name, version }: Wheel): string {
  return `${name}==${version}`
}

/** By the name of the file. */
function readAddresses(report: string): ReadonlyMap<string, string> {
  try {
    const { install = [] } = JSON.parse(report) as { install?: { download_info?: { url?: string } }[] }
    const urls = install.flatMap(({ download_info: info }) => info?.url ?? [])
    return new Map(urls.map((url) => [decodeURIComponent(basename(new URL(url).pathname)), url]))
  } catch {
    return new Map()
  }
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^ERROR:\s*/, '') || 'it gave no reason'
  )
}
