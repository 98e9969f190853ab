import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { downloadWithPip, locateWheel } from '../../../../src/main/devices/acceleration/locate-wheel'
import { releaseFor } from '../../../../src/main/devices/acceleration/release'
import { runCommand } from '../../../../src/main/devices/acceleration/run-command'
import { serveFile } from '../../../support/file-server'
import { failureOf, temporaryFolder } from '../../../support/files'
import { zip } from '../../../support/zip'

const release = releaseFor('linux', 'x64')
const hasPip = (await runCommand(['python3', '-m', 'pip', '--version'])).code === 0

/** pip as it is on this machine, but with no other place to look than `index`. */
function pipWithIndex(index: string): NodeJS.ProcessEnv {
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith('PIP_') && !/proxy/i.test(name))
  return {
    ...Object.fromEntries(settings),
    PIP_CONFIG_FILE: '/dev/null',
    PIP_INDEX_URL: index,
    PIP_RETRIES: '0',
    PIP_NO_CACHE_DIR: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  }
}

const tinyWheel = zip({
  'tensorflow_cpu-2.21.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n',
  'tensorflow_cpu-2.21.0.dist-info/WHEEL': `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-${release.platformTag}\n`,
  'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
})

test('a file that the person names needs no pip', async () => {
  const path = join(await temporaryFolder(), 'some.whl')
  await writeFile(path, 'wheel')
  const expected = { kind: 'file', path, sha256: release.sha256 }
  expect(await locateWheel({ release, from: path, environment: {} })).toEqual(expected)
  expect(await locateWheel({ release, environment: { FINO_TENSORFLOW_WHEEL: path } })).toEqual(expected)
})

test('a file that is not there is named', async () => {
  const failure = await failureOf(locateWheel({ release, from: '/nowhere/some.whl', environment: {} }))
  expect(failure.code).toBe('file-missing')
  expect(failure.message).toContain('/nowhere/some.whl')
})

test('without pip it says which file to fetch and how to pass it', async () => {
  const failure = await failureOf(locateWheel({ release, environment: { PATH: await temporaryFolder() } }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('no pip on this machine')
  expect(failure.message).toContain(release.fileName)
  expect(failure.message).toContain('--from FILE')
})

test.skipIf(!hasPip)('asks pip for the address (skipped where python3 has no pip)', async () => {
  const sha256 = createHash('sha256').update(tinyWheel).digest('hex')
  const wheels = await serveFile({ content: tinyWheel })
  const address = new URL(`/${release.fileName}`, wheels.url).href
  const page = `<!DOCTYPE html><html><body><a href="${address}#sha256=${sha256}">${release.fileName}</a></body></html>`
  const index = await serveFile({ content: Buffer.from(page), type: 'text/html' })

  const environment = pipWithIndex(new URL('/simple', index.url).href)
  const source = await locateWheel({ release, environment })
  expect(source).toMatchObject({ kind: 'address', url: address, sha256: release.sha256 })
})

test.skipIf(!hasPip)('takes the file where pip finds it on disk (skipped where python3 has no pip)', async () => {
  const folder = join(await temporaryFolder(), 'wheels')
  await mkdir(folder)
  await writeFile(join(folder, release.fileName), tinyWheel)
  const environment = { ...pipWithIndex('http://127.0.0.1:9/'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder }
  const source = await locateWheel({ release, environment })
  expect(source).toEqual({ kind: 'file', path: join(folder, release.fileName), sha256: release.sha256 })

  const downloads = await temporaryFolder()
  await downloadWithPip({ pip: ['python3', '-m', 'pip'], release, folder: downloads, environment })
  expect(await readdir(downloads)).toEqual([release.fileName])
})

test.skipIf(!hasPip)('tells what pip said when it finds nothing (skipped where python3 has no pip)', async () => {
  const failure = await failureOf(locateWheel({ release, environment: pipWithIndex('http://127.0.0.1:9/simple') }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toMatch(/pip could not find it \(.*tensorflow-cpu.*\)/)
  expect(failure.message).toContain('--from FILE')
})
