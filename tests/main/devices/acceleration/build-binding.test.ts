import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type BuildTools,
  bindingName,
  buildBinding,
  findBuildTools,
} from '../../../../src/main/devices/acceleration/build-binding'
import { tryBinding } from '../../../../src/main/devices/acceleration/try-binding'
import { failureOf, temporaryFolder } from '../../../support/files'

const tools = await findBuildTools().catch(() => null)

test('a machine without a compiler is told which one to install', async () => {
  const failure = await failureOf(findBuildTools({ PATH: await temporaryFolder() }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('apt install g++')
})

test.skipIf(!tools)("passes on the compiler's first error (skipped without a C++ compiler)", async () => {
  const failure = await failureOf(buildBinding({ folder: await temporaryFolder(), tools: tools as BuildTools }))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('tensorflow/c/')
})

test('a binding that does not load is refused with the reason', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, bindingName), 'this is no library')
  const failure = await failureOf(tryBinding(folder))
  expect(failure.code).toBe('acceleration-failed')
  expect(failure.message).toContain('does not run on this machine')
  expect(failure.message).toContain(bindingName)
})
