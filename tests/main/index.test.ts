/** The Electron door through the double: index.ts, shell/ and preload really run over a real application. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { FinoBridge } from '../../src/shared/contract'
import { app, invokeFrom, recorded } from '../support/electron-double'

vi.mock('electron', () => import('../support/electron-double'))

const home = mkdtempSync(join(tmpdir(), 'fino-electron-'))
const bridge = () => recorded.exposed.fino as FinoBridge

beforeAll(async () => {
  process.env.FINO_HOME = home
  await import('../../src/main/index')
  await vi.waitFor(() => expect(recorded.windows[0]?.visible).toBe(true), 30_000)
})

afterAll(async () => {
  app.emit('before-quit', { preventDefault: () => undefined })
  await vi.waitFor(() => expect(recorded.quits).toBeGreaterThan(0), 10_000)
  rmSync(home, { recursive: true, force: true })
})

describe('the window', () => {
  it('is sandboxed and isolated', () => {
    expect(recorded.windows[0]?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    })
  })

  it('opens no other page and follows no other address', () => {
    const contents = recorded.windows[0]?.webContents
    expect(contents?.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
    const prevented = vi.fn()
    contents?.emit('will-navigate', { preventDefault: prevented }, 'https://example.org')
    expect(prevented).toHaveBeenCalledOnce()
  })

  it('makes no outside connection and asks for no permission', () => {
    const decide = vi.fn()
    recorded.requestFilters[0]?.({ url: 'https://example.org/' }, decide)
    recorded.requestFilters[0]?.({ url: 'fino://app/index.html' }, decide)
    expect(decide.mock.calls).toEqual([[{ cancel: true }], [{ cancel: false }]])
    const grant = vi.fn()
    recorded.permissionHandlers[0]?.(undefined, 'geolocation', grant)
    expect(grant).toHaveBeenCalledWith(false)
  })

  it('serves nothing outside the renderer', async () => {
    const response = await recorded.protocols.get('fino')?.(new Request('fino://app/..%2f..%2fpackage.json'))
    expect(response?.status).toBe(404)
  })
})

describe('window.fino', () => {
  it('reaches the application and describes the host', async () => {
    const outcome = await bridge().invoke('host:describe', null)
    expect(outcome).toMatchObject({ ok: true, value: { kind: 'electron', systemLanguage: 'pt-BR', home } })
  })

  it('imports the example data and hears of it', async () => {
    const changed = vi.fn()
    const stop = bridge().on('datasets:changed', changed)
    const outcome = await bridge().invoke('datasets:import', { file: { kind: 'example' }, options: {} })
    expect(outcome).toMatchObject({ ok: true, value: { task: 'classification', textColumn: 'text' } })
    expect(changed).toHaveBeenCalled()
    stop()
    const listed = await bridge().invoke('datasets:list', null)
    expect(listed.ok && listed.value.length).toBe(1)
  })

  it('answers malformed input with a failure, not a trace', async () => {
    const outcome = await bridge().invoke('datasets:get', { id: 7 } as never)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'usage' } })
    const unknown = await bridge().invoke('no:such' as never, null as never)
    expect(unknown).toMatchObject({ ok: false, failure: { code: 'usage' } })
  })

  it('is refused to other pages and to frames inside the page', async () => {
    for (const frame of [
      { url: 'https://example.org/', parent: null },
      { url: 'fino://app.example.org/', parent: null },
      { url: 'fino://app/index.html', parent: {} },
    ]) {
      const outcome = await invokeFrom(frame, 'fino:invoke', 'host:describe', null)
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'forbidden' } })
    }
  })

  it('opens the system dialog for folders', async () => {
    recorded.dialogAnswers.push({ canceled: false, filePaths: ['/models/encoder'] }, { canceled: true, filePaths: [] })
    expect(await bridge().invoke('files:choose-folder', null)).toEqual({ ok: true, value: '/models/encoder' })
    expect(await bridge().invoke('files:choose-folder', null)).toEqual({ ok: true, value: null })
  })
})
