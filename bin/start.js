#!/usr/bin/env node
// Opens Fino: in Electron where its runtime is installed or can be fetched, else in the browser host, saying why.
const { spawn, spawnSync } = require('node:child_process')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const electronFolder = join(root, 'node_modules/electron')

function electronBinary() {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : undefined
}

function fetchElectron() {
  process.stderr.write("Fetching Electron's runtime (once)...\n")
  spawnSync(process.execPath, [join(electronFolder, 'install.js')], { cwd: root, stdio: 'ignore', timeout: 300_000 })
  return electronBinary()
}

function reasonForBrowser() {
  if (process.env.FINO_DOOR === 'browser') return 'FINO_DOOR=browser asks for it'
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  if (!existsSync(electronFolder)) return 'Electron is not installed'
  if (electronBinary() === undefined && fetchElectron() === undefined) return "Electron's runtime could not be fetched"
  return undefined
}

const reason = reasonForBrowser()
if (reason !== undefined) process.stderr.write(`Opening Fino in your browser, because ${reason}.\n`)
const [command, parameters] =
  reason === undefined ? [electronBinary(), [root]] : [process.execPath, [join(root, 'bin/fino.js'), 'serve', '--open']]
const child = spawn(command, parameters, { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
