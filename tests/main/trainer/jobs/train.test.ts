import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { trainRun } from '../../../../src/main/trainer/jobs/train'
import { startBackend } from '../../../support/backend'
import { tinyProjectRecipe, writeTinyProject } from '../../../support/tiny-project'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-train-'))
  await startBackend('cpu')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the points of every step are out before the checkpoint that a resumed run goes on from is written', async () => {
  const material = await writeTinyProject(folder)
  const runFolder = join(folder, 'run')
  const isWritten = () => access(join(runFolder, 'last.safetensors')).then(Boolean.bind(null, true), () => false)
  let step = 0
  let sent = { step: 0, afterWriting: false }
  const checkpoints: { step: number; sent: typeof sent }[] = []
  const recipe = tinyProjectRecipe('lora', { epochs: 1 })
  await trainRun(
    { material, recipe, runFolder, cacheFolder: folder, resume: false },
    {
      stop: { requested: null },
      progress: (progress) => {
        step = progress.step
      },
      counted: () => {},
      flush: () => {
        sent = { step, afterWriting: false }
      },
      breathe: async () => {
        if (sent.step === step) sent = { step, afterWriting: await isWritten() }
      },
      checkpoint: (saved) => void checkpoints.push({ step: saved, sent }),
    },
  )
  expect(checkpoints.length).toBe(1)
  for (const checkpoint of checkpoints) expect(checkpoint.sent).toEqual({ step: checkpoint.step, afterWriting: false })
})
