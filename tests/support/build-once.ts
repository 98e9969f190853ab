/** Tests that open the whole application fork the bundled worker: in a fresh checkout it is built first. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export default function buildOnce(): void {
  if (['worker', 'cli'].every((name) => existsSync(join(root, `out/main/${name}.js`)))) return
  const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status, stderr } = spawnSync(process.execPath, [builder, 'build'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`Fino could not be built for the tests.\n${stderr}`)
}
