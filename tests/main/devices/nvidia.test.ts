import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCards, readCards, requireCard } from '../../../src/main/devices/nvidia'
import { failureOf, temporaryFolder } from '../../support/files'

/** A machine whose nvidia-smi says this. */
async function machine(script: string): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder()
  const tool = join(folder, 'nvidia-smi')
  await writeFile(tool, `#!/bin/sh\n${script}\n`)
  await chmod(tool, 0o755)
  return { PATH: `${folder}:/usr/bin:/bin` }
}

test('cards are named with memory and driver', async () => {
  const environment = await machine("echo 'NVIDIA L4, 23034, 550.54.14'; echo 'NVIDIA T4, 15360, 550.54.14'")
  expect(await findCards(environment)).toEqual([
    { name: 'NVIDIA L4', memoryBytes: 23034 * 2 ** 20, driver: '550.54.14' },
    { name: 'NVIDIA T4', memoryBytes: 15360 * 2 ** 20, driver: '550.54.14' },
  ])
})

test('memory that the driver does not tell is none', () => {
  expect(readCards('NVIDIA GB10, [N/A], 580.95.05\n')).toEqual([
    { name: 'NVIDIA GB10', memoryBytes: 0, driver: '580.95.05' },
  ])
})

test('no driver, or one that finds no card, is no card', async () => {
  expect(await findCards({ PATH: await temporaryFolder() })).toEqual([])
  expect(await findCards(await machine("echo 'NVIDIA-SMI has failed'; exit 9"))).toEqual([])
  expect(await findCards(await machine("echo 'No devices were found'"))).toEqual([])
})

test('what CUDA lacks is said', async () => {
  const none = await failureOf(requireCard(async () => []))
  expect(none.code).toBe('acceleration-failed')
  expect(none.message).toMatch(/nvidia-smi.*missing.*Install the driver.*fino accelerate\./)
  const card = { name: 'NVIDIA T4', memoryBytes: 15e9, driver: '470.256.02' }
  expect((await failureOf(requireCard(async () => [card]))).message).toMatch(/version 470\.256\.02.*525 or newer/)
  await requireCard(async () => [{ ...card, driver: '525.60.13' }])
})
