/** What `npm run build` makes, for tests that run it; in a folder of its own, made anew only when a source is newer. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..', '..')
const folder = join(root, 'out', 'test')
const stamp = join(folder, 'built')
const lock = join(root, 'out', 'building')
const staleLockMs = 120_000

/** The folder with main/, preload/ and renderer/. Test files run in several processes: one builds, the others wait. */
export function ensureBuilt(): string {
  while (!isFresh()) {
    if (!takeLock()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
      continue
    }
    try {
      const startedAt = new Date()
      const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
      execFileSync(process.execPath, [builder, 'build', '--outDir', folder], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NODE_ENV: 'production' },
      })
      writeFileSync(stamp, startedAt.toISOString())
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
    break
  }
  return folder
}

function isFresh(): boolean {
  if (!existsSync(stamp)) return false
  const built = statSync(stamp).mtimeMs
  const sources = ['src', 'electron.vite.config.ts', 'package-lock.json'].map((name) => join(root, name))
  return sources.every((path) => newest(path) < built)
}

function newest(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function takeLock(): boolean {
  mkdirSync(join(root, 'out'), { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch {
    const found = statSync(lock, { throwIfNoEntry: false })
    if (found !== undefined && Date.now() - found.mtimeMs > staleLockMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}
