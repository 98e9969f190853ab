import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCheckpointFiles, readBestParameters } from '../../../src/main/trainer/checkpoint-files'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-checkpoints-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const bytes = (value: number) => Uint8Array.of(value)

it('keeps the best that the last state speaks of until a newer state is written', async () => {
  const files = openCheckpointFiles(folder)
  await files.saveBest(3, bytes(3))
  await files.saveLast(bytes(30))
  await files.saveBest(6, bytes(6))
  expect((await readdir(folder)).sort()).toEqual(['best-3.safetensors', 'best-6.safetensors', 'last.safetensors'])
  // A death here: `last` still goes with step 3.
  expect([...(await files.readBest(3))]).toEqual([3])
  await files.saveLast(bytes(60))
  expect((await readdir(folder)).sort()).toEqual(['best-6.safetensors', 'last.safetensors'])
  expect([...((await files.readLast()) ?? [])]).toEqual([60])
})

it('leaves the best alone behind when finished', async () => {
  const files = openCheckpointFiles(folder)
  await files.saveBest(3, bytes(3))
  await files.saveLast(bytes(30))
  expect([...((await files.readLast()) ?? [])]).toEqual([30])
  await files.finish()
  expect(await readdir(folder)).toEqual(['best-3.safetensors'])
  expect(await files.readLast()).toBeNull()
  expect([...(await readBestParameters(folder))]).toEqual([3])
})

it('answers with the newest best', async () => {
  const files = openCheckpointFiles(folder)
  for (const step of [9, 10, 100]) await files.saveBest(step, bytes(step))
  expect([...(await readBestParameters(folder))]).toEqual([100])
})

it('starts afresh when cleared', async () => {
  const files = openCheckpointFiles(folder)
  await files.saveBest(3, bytes(3))
  await files.saveLast(bytes(30))
  await files.clear()
  expect(await readdir(folder)).toEqual([])
  expect(await files.readLast()).toBeNull()
})

it('says so where nothing was kept', async () => {
  await expect(readBestParameters(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'checkpoint-malformed' })
  await expect(openCheckpointFiles(folder).readBest(7)).rejects.toMatchObject({ code: 'checkpoint-malformed' })
})
