/**
 * Finds out where the wheel can be had. Fino knows no package host itself: it takes a file that the person has, or asks
 * this machine's own pip, which knows the mirrors, proxies and certificates that hold here.
 */
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Failure } from '../../../shared/failure'
import type { WheelRelease } from './release'
import { runCommand } from './run-command'

export type WheelSource =
  | { readonly kind: 'file'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'address'; readonly url: string; readonly sha256: string; readonly pip: Pip }

/** A command that starts pip: the program and its leading arguments. */
export type Pip = readonly [string, ...string[]]

export interface LocateOptions {
  readonly release: WheelRelease
  /** A wheel already on disk (`--from`, or FINO_TENSORFLOW_WHEEL). */
  readonly from?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly environment?: NodeJS.ProcessEnv
}

/** @throws Failure file-missing, or acceleration-failed naming the file to fetch by hand. */
export async function locateWheel({
  release,
  from,
  signal,
  environment = process.env,
}: LocateOptions): Promise<WheelSource> {
  const path = from ?? environment.FINO_TENSORFLOW_WHEEL
  if (path) {
    const found = await stat(path).catch(() => null)
    if (!found?.isFile()) throw new Failure('file-missing', `There is no wheel file at ${path}.`, { path })
    return { kind: 'file', path, sha256: release.sha256 }
  }

  const reasons: string[] = []
  for (const pip of pips) {
    const answer = await runCommand([...pip, ...reportArguments(release)], { signal, environment })
    signal?.throwIfAborted()
    if (answer.code !== 0) {
      if (answer.code !== null) reasons.push(lastLine(answer.errors))
      continue
    }
    const url = readAddress(answer.output)
    if (!url) reasons.push('pip gave no address')
    else if (url.startsWith('file:')) return { kind: 'file', path: fileURLToPath(url), sha256: release.sha256 }
    else return { kind: 'address', url, sha256: release.sha256, pip }
  }
  const because =
    reasons.length > 0 ? `pip could not find it (${reasons[0]})` : 'there is no pip on this machine to ask'
  throw new Failure(
    'acceleration-failed',
    `Could not find out where to download ${release.fileName}: ${because}. Fetch that file on any machine ` +
      `(pip download --no-deps ${release.package}==${release.version}) and pass it: fino accelerate --from FILE.`,
    { file: release.fileName },
  )
}

/** Lets pip do the download itself, for networks that only pip knows how to leave. */
export async function downloadWithPip({
  pip,
  release,
  folder,
  signal,
  environment = process.env,
}: {
  readonly pip: Pip
  readonly release: WheelRelease
  readonly folder: string
  readonly signal?: AbortSignal | undefined
  readonly environment?: NodeJS.ProcessEnv
}): Promise<void> {
  const wanted = ['--only-binary=:all:', '--no-deps', ...platformArguments(release)]
  const command = [...pip, 'download', ...wanted, '--dest', folder, '--quiet', requirement(release)]
  const answer = await runCommand(command, { signal, environment })
  signal?.throwIfAborted()
  if (answer.code === 0) return
  throw new Failure(
    'acceleration-failed',
    `Could not download ${release.fileName}: ${lastLine(answer.errors)}. Check the network and try again, or pass the file: fino accelerate --from FILE.`,
    { file: release.fileName },
  )
}

const pips: readonly Pip[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]

function reportArguments(release: WheelRelease): string[] {
  const answerOnly = ['--dry-run', '--ignore-installed', '--quiet', '--report', '-', '--target', 'unused']
  return [
    'install',
    ...answerOnly,
    '--no-deps',
    '--only-binary=:all:',
    ...platformArguments(release),
    requirement(release),
  ]
}

function platformArguments({ pythonVersion, platformTag }: WheelRelease): string[] {
  return ['--python-version', pythonVersion, '--implementation', 'cp', '--platform', platformTag]
}

function requirement(release: WheelRelease): string {
  return `${release.package}==${release.version}`
}

function readAddress(report: string): string | null {
  try {
    const { install } = JSON.parse(report) as { install?: { download_info?: { url?: string } }[] }
    return install?.[0]?.download_info?.url ?? null
  } catch {
    return null
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
