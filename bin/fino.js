#!/usr/bin/env node
// Runs the command line under a Node that Fino's native parts know, building it first in a fresh source checkout.
const { spawn, spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const oldestNode = 24
const root = join(__dirname, '..')
const program = join(root, 'out/main/cli.js')

/** Ourselves where we are new enough; else the one that the checkout, or the packaged app, carries. */
function nodeBinary() {
  if (Number.parseInt(process.versions.node, 10) >= oldestNode) return process.execPath
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const bundled = [join(root, 'node_modules/node/bin', name), join(root, '../node', name)].find(existsSync)
  if (bundled !== undefined) return bundled
  process.stderr.write(
    `Fino needs Node ${oldestNode}; this is ${process.versions.node}. Run npm ci, which brings one along.\n`,
  )
  process.exit(2)
}

function buildOnce(node) {
  if (existsSync(program)) return
  const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(builder)) {
    process.stderr.write('Fino is not built yet. Run: npm ci && npm run build\n')
    process.exit(2)
  }
  process.stderr.write('Building Fino (once)...\n')
  const { status, stderr } = spawnSync(node, [builder, 'build'], { cwd: root, encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(stderr)
  process.exit(2)
}

const node = nodeBinary()
buildOnce(node)
const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the child by itself, as part of the terminal's group: here it must only not end the parent first.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
