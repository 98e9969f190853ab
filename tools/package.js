// Packages Fino for this platform, or says in one sentence why it cannot: electron-builder needs Electron's runtime.
const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const electron = join(root, 'node_modules/electron')

if (!existsSync(join(electron, 'dist'))) {
  const fetched = spawnSync(process.execPath, [join(electron, 'install.js')], {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
  })
  if (fetched.status !== 0) {
    const lines = `${fetched.stderr}`.split('\n').filter((line) => line.trim() !== '')
    process.stderr.write(
      `Fino cannot be packaged on this machine: Electron's runtime could not be fetched (${lines[0] ?? 'timed out'}).\n` +
        'Connect to the network that serves Electron releases, or set ELECTRON_MIRROR, and run npm run package again.\n',
    )
    process.exit(1)
  }
}

const builder = join(root, 'node_modules/electron-builder/cli.js')
const result = spawnSync(process.execPath, [builder, '--publish', 'never', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
