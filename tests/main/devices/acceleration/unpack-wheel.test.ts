import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unpackWheel } from '../../../../src/main/devices/acceleration/unpack-wheel'
import { failureOf, temporaryFolder } from '../../../support/files'
import { zip } from '../../../support/zip'

const entries = {
  'tensorflow/__init__.py': 'import nothing',
  'tensorflow/libtensorflow_cc.so.2': 'the large library',
  'tensorflow/libtensorflow_framework.so.2': 'the small library',
  'tensorflow/include/tensorflow/c/c_api.h': '// c api',
  'tensorflow/include/tensorflow/c/eager/c_api.h': '// eager',
  'tensorflow/include/tsl/platform/ctstring.h': '// strings',
  'tensorflow/include/tensorflow/compiler/jit.h': '// not wanted',
  'tensorflow_cpu-2.21.0.dist-info/LICENSE': 'Apache-2.0',
  'tensorflow_cpu-2.21.0.dist-info/RECORD': 'not wanted',
}

async function wheelOf(archive: Buffer): Promise<{ wheel: string; folder: string }> {
  const folder = await temporaryFolder()
  const wheel = join(folder, 'some.whl')
  await writeFile(wheel, archive)
  return { wheel, folder: join(folder, 'out') }
}

test('takes out the libraries, the C headers and the licence, nothing else', async () => {
  const { wheel, folder } = await wheelOf(zip(entries))
  const told: [number, number][] = []
  await unpackWheel({ wheel, folder, onProgress: (done, total) => told.push([done, total]) })

  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  expect(found.map(({ name }) => name).sort()).toEqual([
    'LICENSE',
    'c_api.h',
    'c_api.h',
    'ctstring.h',
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ])
  expect(await readFile(join(folder, 'libtensorflow_cc.so.2'), 'utf8')).toBe('the large library')
  expect(await readFile(join(folder, 'include/tensorflow/c/eager/c_api.h'), 'utf8')).toBe('// eager')
  expect(told.at(-1)?.[0]).toBe(told.at(-1)?.[1])
})

test('refuses an archive that lacks a library', async () => {
  const { 'tensorflow/libtensorflow_cc.so.2': _, ...rest } = entries
  const { wheel, folder } = await wheelOf(zip(rest))
  const failure = await failureOf(unpackWheel({ wheel, folder }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('libtensorflow_cc.so.2')
})

test.each([
  ['what is no archive', Buffer.from('hello'.repeat(100))],
  ['an archive cut short', zip(entries).subarray(0, 300)],
])('refuses %s', async (_, bytes) => {
  const { wheel, folder } = await wheelOf(bytes)
  const failure = await failureOf(unpackWheel({ wheel, folder }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('Could not unpack')
})

test('stops when it is told to', async () => {
  const { wheel, folder } = await wheelOf(zip(entries))
  await expect(unpackWheel({ wheel, folder, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
})
