import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
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
  await unpackWheel({ wheel, folder, libraryFolder: folder, onProgress: (done, total) => told.push([done, total]) })

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

test("takes NVIDIA's libraries, tools and licence out to where the wheel has them, and no others", async () => {
  const { wheel, folder } = await wheelOf(
    zip({
      'nvidia/__init__.py': '',
      'nvidia/cublas/include/cublas.h': '// not wanted',
      'nvidia/cublas/lib/libcublas.so.12': 'wanted',
      'nvidia/cublas/lib/libcublasLt.so.12': 'wanted',
      'nvidia/cublas/lib/libnvblas.so.12': 'for other programs',
      'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9': 'wanted',
      'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.alt.so.12.9': 'twice',
      'nvidia/cusolver/lib/libcusolver.so.11': 'wanted',
      'nvidia/cusolver/lib/libcusolverMg.so.11': 'for several cards',
      'nvidia/cuda_nvcc/bin/ptxas': 'a program',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'wanted',
      'nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so': 'not wanted',
      'nvidia_cublas_cu12-12.9.3.13.dist-info/licenses/License.txt': 'terms',
    }),
  )
  await unpackWheel({ wheel, folder, libraryFolder: join(folder, 'tensorflow') })
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  expect(found.map(({ name, parentPath }) => join(parentPath, name).slice(folder.length + 1)).sort()).toEqual([
    'nvidia/cublas/lib/libcublas.so.12',
    'nvidia/cublas/lib/libcublasLt.so.12',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9',
    'nvidia/cusolver/lib/libcusolver.so.11',
    'nvidia/nvidia_cublas-License.txt',
  ])
  expect((await stat(join(folder, 'nvidia/cuda_nvcc/bin/ptxas'))).mode & 0o111).toBe(0o111)
})

test('refuses an archive that lacks a library', async () => {
  const { 'tensorflow/libtensorflow_cc.so.2': _, ...rest } = entries
  const { wheel, folder } = await wheelOf(zip(rest))
  const failure = await failureOf(unpackWheel({ wheel, folder, libraryFolder: folder }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('libtensorflow_cc.so.2')
})

test.each([
  ['what is no archive', Buffer.from('hello'.repeat(100))],
  ['an archive cut short', zip(entries).subarray(0, 300)],
])('refuses %s', async (_, bytes) => {
  const { wheel, folder } = await wheelOf(bytes)
  const failure = await failureOf(unpackWheel({ wheel, folder, libraryFolder: folder }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('Could not unpack')
})

test('stops when it is told to', async () => {
  const { wheel, folder } = await wheelOf(zip(entries))
  await expect(unpackWheel({ wheel, folder, libraryFolder: folder, signal: AbortSignal.abort() })).rejects.toThrow(
    /abort/i,
  )
})
