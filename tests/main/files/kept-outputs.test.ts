import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clearKeptOutputs, keptName, keptOutputsSize, openKeptOutputs } from '../../../src/main/files/kept-outputs'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-kept-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function keep(name: string, values: number[], limitBytes?: number): Promise<boolean> {
  const writer = await openKeptOutputs(folder, limitBytes).create(name, values.length)
  writer?.write(0, Float32Array.from(values))
  writer?.finish().release()
  return writer !== null
}

function readAgain(name: string, count: number): number[] | null {
  const file = openKeptOutputs(folder).open(name, count)
  if (!file) return null
  const target = new Float32Array(count)
  file.read(0, target)
  file.release()
  return [...target]
}

test('what is kept is read again, from any place on', async () => {
  const writer = await openKeptOutputs(folder).create('ab', 5)
  if (!writer) throw new Error('needs room')
  writer.write(3, Float32Array.of(4, 5))
  writer.write(0, Float32Array.of(1, 2, 3))
  const file = writer.finish()
  const two = new Float32Array(2)
  file.read(2, two)
  expect([...two]).toEqual([3, 4])
  file.release()
  expect(readAgain('ab', 5)).toEqual([1, 2, 3, 4, 5])
  expect(await keptOutputsSize(folder)).toEqual({ files: 1, byteLength: 20 })
})

test('a file of another size is none: it was cut, or is of other values', async () => {
  await keep('ab', [1, 2, 3])
  expect(readAgain('ab', 4)).toBeNull()
  await writeFile(join(folder, 'ab.f32'), new Uint8Array(11))
  expect(readAgain('ab', 3)).toBeNull()
})

test('what was not finished is not there, and goes with the process that left it', async () => {
  const writer = await openKeptOutputs(folder).create('ab', 3)
  writer?.write(0, Float32Array.of(1, 2, 3))
  expect(readAgain('ab', 3)).toBeNull()
  writer?.abandon()
  expect(await readdir(folder)).toEqual([])
  const alive = `.cd.${process.pid}.12.temporary`
  for (const name of ['.cd.999999999.12.temporary', alive]) await writeFile(join(folder, name), '')
  await keep('ef', [1])
  expect((await readdir(folder)).sort()).toEqual([alive, 'ef.f32'])
})

test('the least recently used go first where room is short', async () => {
  for (const [age, name] of ['one', 'two', 'three'].entries()) {
    await keep(name, [1, 2])
    await utimes(join(folder, `${name}.f32`), 1000 + age, 1000 + age)
  }
  expect(readAgain('one', 2)).toEqual([1, 2]) // now the latest in use
  expect(await keep('four', [3, 4, 5], 24)).toBe(true)
  expect((await readdir(folder)).sort()).toEqual(['four.f32', 'one.f32'])
  expect(await keep('five', [1, 2, 3, 4, 5, 6, 7], 24)).toBe(false)
  expect((await readdir(folder)).sort()).toEqual(['four.f32', 'one.f32'])
})

test('all of it can be cleared', async () => {
  await keep('ab', [1])
  await clearKeptOutputs(folder)
  expect(await keptOutputsSize(folder)).toEqual({ files: 0, byteLength: 0 })
})

test('a name holds every fact', () => {
  const facts = { weights: '1', config: '2', backend: 'wasm', part: 'texts', texts: '3' }
  const others = Object.keys(facts).map((fact) => keptName({ ...facts, [fact]: 'other' }))
  expect(new Set([keptName(facts), ...others]).size).toBe(6)
})
