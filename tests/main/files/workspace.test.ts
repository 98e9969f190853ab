import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultHome, openWorkspace, workspaceAt } from '../../../src/main/files/workspace'
import { asOrdinaryPerson, failureOf, temporaryFolder } from '../../support/files'

describe('defaultHome', () => {
  it('is FINO_HOME where that is set', () => {
    expect(defaultHome({ FINO_HOME: '/data/fino', XDG_DATA_HOME: '/x' }, 'linux', '/home/ana')).toBe('/data/fino')
  })

  it("is the platform's application-data folder otherwise", () => {
    expect(defaultHome({}, 'linux', '/home/ana')).toBe('/home/ana/.local/share/fino')
    expect(defaultHome({ XDG_DATA_HOME: '/xdg' }, 'linux', '/home/ana')).toBe('/xdg/fino')
    expect(defaultHome({ XDG_DATA_HOME: 'relative' }, 'linux', '/home/ana')).toBe('/home/ana/.local/share/fino')
    expect(defaultHome({}, 'darwin', '/Users/ana')).toBe('/Users/ana/Library/Application Support/Fino')
    expect(defaultHome({ APPDATA: 'C:\\Users\\ana\\AppData\\Roaming' }, 'win32', 'C:\\Users\\ana')).toBe(
      'C:\\Users\\ana\\AppData\\Roaming\\Fino',
    )
    expect(defaultHome({}, 'win32', 'C:\\Users\\ana')).toBe('C:\\Users\\ana\\AppData\\Roaming\\Fino')
  })
})

describe('openWorkspace', () => {
  it('creates every folder, twice without complaint, and leaves no probe', async () => {
    const home = join(await temporaryFolder(), 'deep', 'home')
    const workspace = await openWorkspace({ home })
    expect(await openWorkspace({ env: { FINO_HOME: home } })).toEqual(workspace)
    expect((await readdir(home)).sort()).toEqual(
      ['acceleration', 'cache', 'datasets', 'exports', 'models', 'runs', 'uploads', 'word-lists'].sort(),
    )
    expect(workspace).toEqual(workspaceAt(home))
    expect(workspace.databaseFile).toBe(join(home, 'fino.db'))
  })

  it('fails where a file is in the way', async () => {
    const home = join(await temporaryFolder(), 'home')
    await writeFile(home, 'a file')
    const failure = await failureOf(openWorkspace({ home }))
    expect(failure.code).toBe('write-failed')
    expect(failure.message).toContain(home)
    expect(failure.message).toContain('a file of that name is in the way')
    expect(failure.message).toContain('FINO_HOME')
    expect((await stat(home)).isFile()).toBe(true)
  })

  it('fails where it may not write', async () => {
    const home = join(await temporaryFolder(), 'home')
    await openWorkspace({ home })
    await chmod(home, 0o555)
    const failure = await asOrdinaryPerson(() => failureOf(openWorkspace({ home })))
    expect(failure).toMatchObject({ code: 'write-failed', details: { path: home, reason: 'EACCES' } })
    expect(failure.message).toContain('set FINO_HOME')
  })

  it('fails where the folder above may not be written', async () => {
    const above = await temporaryFolder()
    await mkdir(join(above, 'closed'), { mode: 0o555 })
    const home = join(above, 'closed', 'home')
    const failure = await asOrdinaryPerson(() => failureOf(openWorkspace({ home })))
    expect(failure.code).toBe('write-failed')
    expect(await readdir(join(above, 'closed'))).toEqual([])
  })
})
