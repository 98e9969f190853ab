import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { findResources } from '../../../src/main/files/resources'
import { Failure } from '../../../src/shared/failure'
import { temporaryFolder } from '../../support/files'

const repository = resolve(import.meta.dirname, '../../..')

async function installed(folder: string): Promise<string> {
  const file = join(folder, 'example', 'customer-messages.csv')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'id,text\n')
  return folder
}

it("finds the repository's resources from the sources and from the bundles", () => {
  const { folder, exampleFile, starterFolder } = findResources()
  expect(folder).toBe(join(repository, 'resources'))
  expect(existsSync(exampleFile)).toBe(true)
  expect(starterFolder).toBe(join(repository, 'resources', 'starter'))
  expect(findResources({ from: join(repository, 'out', 'main', 'chunks') }).folder).toBe(folder)
})

it('finds them in a packaged app, from Electron and from its plain Node', async () => {
  const app = await temporaryFolder()
  const folder = await installed(join(app, 'Contents', 'Resources', 'resources'))
  const inside = join(app, 'Contents', 'Resources')
  expect(findResources({ from: '/nowhere', resourcesPath: inside }).folder).toBe(folder)
  const unpacked = join(inside, 'app.asar.unpacked', 'out', 'main')
  expect(findResources({ from: unpacked, resourcesPath: undefined }).folder).toBe(folder)
})

it('finds them laid flat into the resources folder', async () => {
  const app = await temporaryFolder()
  const folder = await installed(join(app, 'resources'))
  expect(findResources({ from: '/nowhere', resourcesPath: folder }).folder).toBe(folder)
})

it('says what to do when they are missing', async () => {
  const nowhere = await temporaryFolder()
  expect(() => findResources({ from: nowhere })).toThrow(Failure)
  expect(() => findResources({ from: nowhere })).toThrow(/Install Fino again/)
})
