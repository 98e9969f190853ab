import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { downloadWithPip, locateWheels } from '../../../../src/main/devices/acceleration/locate-wheel'
import { releaseFor } from '../../../../src/main/devices/acceleration/release'
import { runCommand } from '../../../../src/main/devices/acceleration/run-command'
import { serveFile } from '../../../support/file-server'
import { failureOf, temporaryFolder } from '../../../support/files'
import { zip } from '../../../support/zip'

const release = releaseFor('linux', 'x64', 'cpu')
const [wheel] = release.wheels
const cuda = releaseFor('linux', 'x64', 'cuda')
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
  'tensorflow_cpu-2.21.0.dist-info/WHEEL': `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-${release.platformTags[0]}\n`,
  'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
})

test('a file that the person names needs no pip', async () => {
  const path = join(await temporaryFolder(), 'some.whl')
  await writeFile(path, 'wheel')
  const expected = [{ kind: 'file', wheel, path }]
  expect(await locateWheels({ release, from: path, environment: {} })).toEqual(expected)
  expect(await locateWheels({ release, environment: { FINO_TENSORFLOW_WHEEL: path } })).toEqual(expected)
})

test('a file that is not there is named', async () => {
  const failure = await failureOf(locateWheels({ release, from: '/nowhere/some.whl', environment: {} }))
  expect(failure.code).toBe('file-missing')
  expect(failure.message).toContain('/nowhere/some.whl')
})

test('a folder that the person names has to hold every wheel', async () => {
  const folder = await temporaryFolder()
  for (const { fileName } of cuda.wheels) await writeFile(join(folder, fileName), 'wheel')
  const sources = await locateWheels({ release: cuda, from: folder, environment: {} })
  expect(sources).toEqual(cuda.wheels.map((one) => ({ kind: 'file', wheel: one, path: join(folder, one.fileName) })))

  const cudnn = cuda.wheels.find((one) => one.package === 'nvidia-cudnn-cu12')?.fileName ?? ''
  await rm(join(folder, cudnn))
  const failure = await failureOf(locateWheels({ release: cuda, from: folder, environment: {} }))
  expect(failure.code).toBe('file-missing')
  expect(failure.message).toContain(cudnn)
})

test('the wheel for processors, named by the environment, is not taken for cards', async () => {
  const environment = { FINO_TENSORFLOW_WHEEL: '/some.whl', PATH: await temporaryFolder() }
  const failure = await failureOf(locateWheels({ release: cuda, environment }))
  expect(failure.message).toContain(`${cuda.wheels[0].fileName} and 12 others`)
  expect(failure.message).toContain('nvidia-cudnn-cu12==')
  expect(failure.message).toContain('fino accelerate --cuda --from FOLDER')
})

test.skipIf(!hasPip)('asks pip once for all of them (skipped where python3 has no pip)', async () => {
  const folder = join(await temporaryFolder(), 'wheels')
  await mkdir(folder)
  for (const { package: name, version, fileName } of cuda.wheels) {
    const info = `${name.replaceAll('-', '_')}-${version}.dist-info`
    const tags = fileName.slice(info.length - '.dist-info'.length + 1, -'.whl'.length)
    await writeFile(
      join(folder, fileName),
      zip({
        [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
        [`${info}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tags}\n`,
        [`${info}/RECORD`]: '',
      }),
    )
  }
  const environment = { ...pipWithIndex('http://127.0.0.1:9/'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder }
  const sources = await locateWheels({ release: cuda, environment })
  expect(sources.map(({ wheel: { fileName } }) => fileName)).toEqual(cuda.wheels.map(({ fileName }) => fileName))
})

test('without pip it says which file to fetch and how to pass it', async () => {
  const failure = await failureOf(locateWheels({ release, environment: { PATH: await temporaryFolder() } }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('no pip on this machine')
  expect(failure.message).toContain(wheel.fileName)
  expect(failure.message).toContain('--from FILE')
})

test.skipIf(!hasPip)('asks pip for the address (skipped where python3 has no pip)', async () => {
  const sha256 = createHash('sha256').update(tinyWheel).digest('hex')
  const wheels = await serveFile({ content: tinyWheel })
  const address = new URL(`/${wheel.fileName}`, wheels.url).href
  const page = `<!DOCTYPE html><html><body><a href="${address}#sha256=${sha256}">${wheel.fileName}</a></body></html>`
  const index = await serveFile({ content: Buffer.from(page), type: 'text/html' })

  const environment = pipWithIndex(new URL('/simple', index.url).href)
  const source = await locateWheels({ release, environment })
  expect(source).toMatchObject([{ kind: 'address', wheel, url: expect.stringContaining(address) }])
})

test.skipIf(!hasPip)('takes the file where pip finds it on disk (skipped where python3 has no pip)', async () => {
  const folder = join(await temporaryFolder(), 'wheels')
  await mkdir(folder)
  await writeFile(join(folder, wheel.fileName), tinyWheel)
  const environment = { ...pipWithIndex('http://127.0.0.1:9/'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder }
  const source = await locateWheels({ release, environment })
  expect(source).toEqual([{ kind: 'file', wheel, path: join(folder, wheel.fileName) }])

  const downloads = await temporaryFolder()
  await downloadWithPip({ pip: ['python3', '-m', 'pip'], release, wheel, folder: downloads, environment })
  expect(await readdir(downloads)).toEqual([wheel.fileName])
})

test.skipIf(!hasPip)('tells what pip said when it finds nothing (skipped where python3 has no pip)', async () => {
  const failure = await failureOf(locateWheels({ release, environment: pipWithIndex('http://127.0.0.1:9/simple') }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toMatch(/pip could not find it \(.*tensorflow-cpu.*\)/)
  expect(failure.message).toContain('--from FILE')
})
