/** The application under test: what `fino serve` shows in a browser, or an Electron window where there is a runtime. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, _electron as electron, type Page } from '@playwright/test'
import { WebSocket } from 'ws'
import type { CommandInput, CommandName, CommandOutput, FinoBridge, SocketMessage } from '../../src/shared/contract'
import type { Outcome } from '../../src/shared/failure'

export type HostKind = 'browser' | 'electron'

export interface Host {
  readonly kind: HostKind
  /** FINO_HOME. */
  readonly home: string
  /** Where every page and every request must stay. */
  readonly origin: string
  /** A window showing the route; `watch` is told of it before it loads anything. */
  open(route: string, watch: (page: Page) => void): Promise<Page>
  /** What a window may ask, asked from outside of it. */
  ask<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>
  close(): Promise<void>
}

const root = join(__dirname, '../..')
const electronFolder = join(root, 'node_modules/electron')

/** Electron's executable; undefined where its runtime is not installed or cannot be shown. */
export function electronBinary(): string | undefined {
  const pathFile = join(electronFolder, 'path.txt')
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined
  if (!existsSync(pathFile)) return undefined
  const binary = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : undefined
}

/** @param given a workspace that is there already and stays; else a fresh one is made and removed */
export async function openBrowserHost(browser: Browser, given?: string): Promise<Host> {
  const home = given ?? mkdtempSync(join(tmpdir(), 'fino-e2e-'))
  const child = spawn(process.execPath, [join(root, 'bin/fino.js'), 'serve', '--json'], {
    env: { ...process.env, FINO_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { url } = JSON.parse(await firstDocument(child)) as { url: string }
  const address = new URL(url)
  return {
    kind: 'browser',
    home,
    origin: address.origin,
    async open(route, watch) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en-US',
        colorScheme: 'light',
        permissions: ['clipboard-read', 'clipboard-write'],
      })
      const page = await context.newPage()
      watch(page)
      await page.goto(`${url}#${route}`)
      return page
    },
    ask: (name, input) => askOverSocket(address, name, input),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      if (given === undefined) rmSync(home, { recursive: true, force: true })
    },
  }
}

export async function openElectronHost(executablePath: string): Promise<Host> {
  const home = mkdtempSync(join(tmpdir(), 'fino-e2e-'))
  const application = await electron.launch({
    executablePath,
    args: [root, '--lang=en-US'],
    env: { ...(process.env as Record<string, string>), FINO_HOME: home },
  })
  const page = await application.firstWindow()
  const origin = 'fino://app'
  return {
    kind: 'electron',
    home,
    origin,
    async open(route, watch) {
      watch(page)
      await page.goto(`${origin}/index.html#${route}`)
      await page.reload()
      return page
    },
    async ask(name, input) {
      const outcome = await page.evaluate(
        ([command, given]) =>
          (window as unknown as { fino: FinoBridge }).fino.invoke(command as never, given as never) as Promise<unknown>,
        [name, input] as const,
      )
      return unwrap(outcome as Outcome<never>)
    },
    async close() {
      await application.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** The JSON document that `fino serve --json` prints before it stays. */
function firstDocument(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (chunk) => {
      printed += String(chunk)
      if (printed.trimEnd().endsWith('}')) resolve(printed)
    })
    child.once('exit', (code) => reject(new Error(`fino serve ended with ${code} before it said where it is`)))
  })
}

function askOverSocket<Name extends CommandName>(
  address: URL,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name>> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${address.host}/socket${address.search}`, { origin: address.origin })
    socket.once('error', reject)
    socket.once('open', () => socket.send(JSON.stringify({ id: 1, name, input: input ?? null })))
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as SocketMessage
      if (message.kind !== 'answer') return
      socket.close()
      try {
        resolve(unwrap(message.outcome as Outcome<CommandOutput<Name>>))
      } catch (error) {
        reject(error)
      }
    })
  })
}

function unwrap<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.failure.code}: ${outcome.failure.message}`)
  return outcome.value
}
