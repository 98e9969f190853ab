import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  findAcceleration,
  type InstallSteps,
  installAcceleration,
  removeAcceleration,
} from '../../../../src/main/devices/acceleration/install'
import { type Release, releaseFor, type Wheel } from '../../../../src/main/devices/acceleration/release'
import { requireCard } from '../../../../src/main/devices/nvidia'
import type { AccelerationProgress } from '../../../../src/shared/device'
import { Failure } from '../../../../src/shared/failure'
import { type FileServerOptions, serveFile } from '../../../support/file-server'
import { failureOf, temporaryFolder } from '../../../support/files'
import { zip } from '../../../support/zip'

const wheel = zip({
  'tensorflow/libtensorflow_cc.so.2': 'the large library '.repeat(20_000),
  'tensorflow/libtensorflow_framework.so.2': 'the small library',
  'tensorflow/include/tensorflow/c/c_api.h': '// headers',
})

const cpu = releaseFor('linux', 'x64', 'cpu')
const only: Wheel = { ...cpu.wheels[0], ...factsOf(wheel) }
const release: Release = { ...cpu, wheels: [only], unpackedBytes: 2 * wheel.length }

function factsOf(content: Buffer): { sha256: string; wheelBytes: number } {
  return { sha256: createHash('sha256').update(content).digest('hex'), wheelBytes: content.length }
}

/** Everything real but the size of the wheel and what is compiled from it. */
async function stepsWith(server: Partial<FileServerOptions> = {}, changes: Partial<InstallSteps> = {}) {
  const { url, ranges } = await serveFile({ content: wheel, ...server })
  const steps: InstallSteps = {
    release: () => release,
    locate: async () => [{ kind: 'address', wheel: only, url, pip: ['false'] }],
    requireCard: async () => {},
    findBuildTools: async () => ({ compiler: 'c++', sources: [], includes: [] }),
    build: async ({ folder }) => {
      expect(existsSync(join(folder, 'include/tensorflow/c/c_api.h'))).toBe(true)
      await writeFile(join(folder, 'tfjs_binding.node'), 'binding')
    },
    tryOut: async () => ({ tensorflow: '2.21.0', gpu: false, noCard: null }),
    ...changes,
  }
  return { steps, ranges }
}

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort()
}

describe('install', () => {
  test('goes through its phases and leaves a whole installation', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const { steps } = await stepsWith()
    const told: AccelerationProgress[] = []
    expect(findAcceleration(folder)).toBe(null)
    const installed = await installAcceleration({ folder, onProgress: (progress) => told.push(progress) }, steps)

    expect(installed).toEqual({
      binding: join(folder, 'tensorflow', 'tfjs_binding.node'),
      tensorflow: '2.21.0',
      build: 'cpu',
      wheel: only.fileName,
    })
    expect(findAcceleration(folder)).toEqual(installed)
    expect(await files(folder)).toEqual([
      'installed.json',
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'tfjs_binding.node',
    ])
    const phases = told.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1])
    expect(phases).toEqual(['locating', 'downloading', 'verifying', 'unpacking', 'building', 'testing', 'done'])
    const lastDownload = told.findLast(({ phase }) => phase === 'downloading')
    expect(lastDownload).toMatchObject({ receivedBytes: wheel.length, totalBytes: wheel.length })
  })

  test("leaves the person's own wheel where it is", async () => {
    const home = await temporaryFolder()
    const path = join(home, 'some.whl')
    await writeFile(path, wheel)
    const { steps, ranges } = await stepsWith(
      {},
      { locate: async ({ from = '' }) => [{ kind: 'file', wheel: only, path: from }] },
    )
    await installAcceleration({ folder: join(home, 'acceleration'), from: path }, steps)
    expect(await readFile(path)).toEqual(wheel)
    expect(ranges).toEqual([])
  })

  test('takes a binding that came with the app instead of compiling one', async () => {
    const home = await temporaryFolder()
    const prebuiltBinding = join(home, 'prebuilt.node')
    await writeFile(prebuiltBinding, 'prebuilt')
    const refuse = async () => {
      throw new Error('must not be called')
    }
    const { steps } = await stepsWith({}, { findBuildTools: refuse, build: refuse })
    const { binding } = await installAcceleration({ folder: join(home, 'acceleration'), prebuiltBinding }, steps)
    expect(await readFile(binding, 'utf8')).toBe('prebuilt')
  })

  test('cancelled while downloading, it keeps only the part, and the next attempt goes on from it', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const controller = new AbortController()
    const half = await stepsWith({ stallAfter: 100_000 })
    const cancelled = installAcceleration(
      {
        folder,
        signal: controller.signal,
        onProgress: ({ phase }) => {
          if (phase === 'downloading') setTimeout(() => controller.abort(), 200)
        },
      },
      half.steps,
    )
    expect((await failureOf(cancelled)).code).toBe('cancelled')
    expect(await files(folder)).toEqual([`${only.fileName}.part`])

    const { steps, ranges } = await stepsWith()
    await installAcceleration({ folder }, steps)
    expect(ranges).toEqual(['bytes=100000-'])
    expect(findAcceleration(folder)?.tensorflow).toBe('2.21.0')
    expect(await files(folder)).not.toContain(`${only.fileName}.part`)
  })

  test('a damaged download is removed', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const damaged = Buffer.from(wheel)
    damaged.writeUInt8(damaged.readUInt8(50) ^ 1, 50)
    const { steps } = await stepsWith({ content: damaged })
    const failure = await failureOf(installAcceleration({ folder }, steps))
    expect(failure.message).toContain('checksum')
    expect(await files(folder)).toEqual([])
  })

  test.each(['build', 'tryOut'] as const)(
    'when %s fails nothing is installed and the download is kept',
    async (step) => {
      const folder = join(await temporaryFolder(), 'acceleration')
      const fail = async () => {
        throw new Failure('acceleration-failed', 'no luck')
      }
      const { steps } = await stepsWith({}, { [step]: fail })
      expect((await failureOf(installAcceleration({ folder }, steps))).message).toBe('no luck')
      expect(findAcceleration(folder)).toBe(null)
      expect(await files(folder)).toEqual([`${only.fileName}.part`])
    },
  )

  test('a failed attempt leaves an earlier installation in place', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    await installAcceleration({ folder }, (await stepsWith()).steps)
    const { steps } = await stepsWith({ status: 404 })
    expect((await failureOf(installAcceleration({ folder }, steps))).message).toContain('Could not download')
    expect(findAcceleration(folder)?.tensorflow).toBe('2.21.0')
  })

  test('a disk too small is told before anything is fetched', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const { steps, ranges } = await stepsWith({}, { release: () => ({ ...release, unpackedBytes: 1e18 }) })
    const failure = await failureOf(installAcceleration({ folder }, steps))
    expect(failure.code).toBe('disk-full')
    expect(ranges).toEqual([])
  })

  test('two at a time are refused, and a lock left by a dead process is taken over', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    await mkdir(folder)
    await writeFile(join(folder, 'lock'), String(process.ppid))
    const { steps } = await stepsWith()
    expect((await failureOf(installAcceleration({ folder }, steps))).message).toContain(`process ${process.ppid}`)
    await writeFile(join(folder, 'lock'), '999999999')
    await installAcceleration({ folder }, steps)
    expect(await files(folder)).not.toContain('lock')
  })

  test('other platforms are told that there is nothing for them', () => {
    expect(() => releaseFor('darwin', 'arm64', 'cpu')).toThrow(/not available for darwin on arm64/)
  })
})

describe('for NVIDIA cards', () => {
  const parts = [
    wheel,
    zip({
      'nvidia/cublas/lib/libcublas.so.12': 'products '.repeat(5_000),
      'nvidia/cublas/include/cublas.h': '// not wanted',
    }),
    zip({ 'nvidia/cudnn/lib/libcudnn.so.9': 'networks' }),
  ]
  const cuda = releaseFor('linux', 'x64', 'cuda')
  const wheels = parts.map((content, index) => ({ ...(cuda.wheels[index] as Wheel), ...factsOf(content) }))
  const [first, ...others] = wheels as [Wheel, ...Wheel[]]
  const small: Release = { ...cuda, wheels: [first, ...others], unpackedBytes: 3 * wheel.length }

  async function cudaSteps(changes: Partial<InstallSteps> = {}) {
    const servers = await Promise.all(parts.map((content) => serveFile({ content })))
    const { steps } = await stepsWith(
      {},
      {
        release: () => small,
        locate: async () =>
          wheels.map((one, index) => ({ kind: 'address', wheel: one, url: servers[index]?.url ?? '', pip: ['false'] })),
        ...changes,
      },
    )
    return { steps, asked: () => servers.map(({ ranges }) => ranges) }
  }

  test("lays NVIDIA's libraries where TensorFlow's look for them, and tells of all wheels as one", async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const told: AccelerationProgress[] = []
    const { steps } = await cudaSteps()
    const installed = await installAcceleration(
      { folder, build: 'cuda', onProgress: (progress) => told.push(progress) },
      steps,
    )
    const place = join(folder, 'tensorflow')
    expect(installed).toMatchObject({ build: 'cuda', binding: join(place, 'tensorflow', 'tfjs_binding.node') })
    expect(findAcceleration(folder)).toEqual(installed)
    expect(existsSync(join(place, 'tensorflow', 'libtensorflow_cc.so.2'))).toBe(true)
    expect(existsSync(join(place, 'tensorflow', '..', 'nvidia', 'cublas', 'lib', 'libcublas.so.12'))).toBe(true)
    expect(await files(folder)).not.toContain('cublas.h')

    const whole = parts.reduce((sum, { length }) => sum + length, 0)
    for (const phase of ['downloading', 'verifying', 'unpacking']) {
      const bytes = told.filter((progress) => progress.phase === phase)
      expect(bytes.map(({ receivedBytes }) => receivedBytes)).toEqual(
        bytes.map(({ receivedBytes }) => receivedBytes).sort((a, b) => a - b),
      )
      expect(bytes.at(-1)).toMatchObject({ receivedBytes: whole, totalBytes: whole })
    }
  })

  test('a second attempt asks for no wheel that is there already', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const fail = async () => {
      throw new Failure('acceleration-failed', 'no luck')
    }
    await failureOf(installAcceleration({ folder, build: 'cuda' }, (await cudaSteps({ build: fail })).steps))
    expect(await files(folder)).toHaveLength(3)
    const { steps, asked } = await cudaSteps()
    await installAcceleration({ folder, build: 'cuda' }, steps)
    expect(asked()).toEqual([[], [], []])
    expect(findAcceleration(folder)?.build).toBe('cuda')
  })

  test('without a card nothing is looked for or fetched', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const { steps, asked } = await cudaSteps({ requireCard: () => requireCard(async () => []) })
    const failure = await failureOf(installAcceleration({ folder, build: 'cuda' }, steps))
    expect(failure.message).toContain('No NVIDIA card answers')
    expect(asked()).toEqual([[], [], []])
  })

  test('takes the place of the build for processors, and the other way round', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    await installAcceleration({ folder }, (await stepsWith()).steps)
    await installAcceleration({ folder, build: 'cuda' }, (await cudaSteps()).steps)
    expect(findAcceleration(folder)?.build).toBe('cuda')
    await installAcceleration({ folder }, (await stepsWith()).steps)
    expect(findAcceleration(folder)?.build).toBe('cpu')
    expect(await files(folder)).not.toContain('libcublas.so.12')
  })
})

test('an installation from before there were two builds is one for processors', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'tensorflow'))
  await writeFile(join(folder, 'tensorflow', 'tfjs_binding.node'), '')
  await writeFile(join(folder, 'tensorflow', 'installed.json'), '{"tensorflow":"2.21.0","gpu":false,"wheel":"w"}')
  expect(findAcceleration(folder)).toMatchObject({ build: 'cpu', tensorflow: '2.21.0' })
})

describe('remove', () => {
  test('takes everything away, and says whether there was something', async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    expect(await removeAcceleration(folder)).toBe(false)
    await installAcceleration({ folder }, (await stepsWith()).steps)
    expect(await removeAcceleration(folder)).toBe(true)
    expect(findAcceleration(folder)).toBe(null)
    expect(await files(folder)).toEqual([])
  })
})

const realWheel = process.env.FINO_TENSORFLOW_WHEEL
test.skipIf(!realWheel)(
  'installs the real library (skipped unless FINO_TENSORFLOW_WHEEL names its wheel)',
  async () => {
    const folder = join(await temporaryFolder(), 'acceleration')
    const installed = await installAcceleration({ folder, from: realWheel })
    expect(installed.tensorflow).toBe(releaseFor(process.platform, process.arch, 'cpu').wheels[0].version)
    expect(existsSync(installed.binding)).toBe(true)
  },
  300_000,
)
