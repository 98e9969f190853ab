/** `npm start` where Electron cannot show a window: the same app in the browser, and why. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

describe.runIf(process.platform === 'linux')('bin/start.js on Linux', () => {
  let folder: string
  let child: ChildProcess | undefined

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fino-start-'))
    // Stands in for the person's browser: it writes down which address it was asked to open.
    writeFileSync(join(folder, 'xdg-open'), '#!/bin/sh\nprintf %s "$1" > "$(dirname "$0")/opened"\n')
    chmodSync(join(folder, 'xdg-open'), 0o755)
  })

  afterEach(async () => {
    // Asked, not killed: a killed parent would leave its server behind.
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child?.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  })

  function start(environment: Record<string, string>) {
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...inherited } = process.env
    const started = spawn(process.execPath, [join(root, 'bin/start.js')], {
      env: {
        ...inherited,
        PATH: `${folder}${delimiter}${process.env.PATH}`,
        FINO_HOME: join(folder, 'home'),
        ...environment,
      },
    })
    child = started
    const printed = { text: '' }
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        printed.text += String(chunk)
      })
    }
    return { started, printed }
  }

  it('without a display: says so, opens the browser, ends when asked', async () => {
    const { started, printed } = start({})
    await vi.waitFor(() => expect(existsSync(join(folder, 'opened'))).toBe(true), 30_000)
    expect(printed.text).toContain('Opening Fino in your browser, because there is no display.')
    const address = readFileSync(join(folder, 'opened'), 'utf8')
    expect(printed.text).toContain(`Fino is open at ${address}`)
    expect((await fetch(address)).status).toBe(200)

    const ended = new Promise((resolve) => started.once('exit', resolve))
    started.kill('SIGTERM')
    await ended
    await vi.waitFor(() => expect(fetch(address)).rejects.toThrow(), 10_000)
  })

  it('asked for the browser: obeys', async () => {
    const { printed } = start({ FINO_DOOR: 'browser', DISPLAY: ':99' })
    await vi.waitFor(() => expect(printed.text).toContain('Fino is open at'), 30_000)
    expect(printed.text).toContain('because FINO_DOOR=browser asks for it')
  })
})
