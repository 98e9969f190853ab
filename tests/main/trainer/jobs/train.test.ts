import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobContext } from '../../../../src/main/trainer/jobs/context'
import { trainRun } from '../../../../src/main/trainer/jobs/train'
import type { DatasetRow } from '../../../../src/shared/dataset'
import { startBackend } from '../../../support/backend'
import { tinyProjectRecipe, writeTinyProject } from '../../../support/tiny-project'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fino-train-'))
  await startBackend('cpu')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const quiet: JobContext = {
  stop: { requested: null },
  progress: () => {},
  counted: () => {},
  checkpoint: () => {},
  flush: () => {},
  breathe: async () => {},
}

test('the points of every step are out before the checkpoint that a resumed run goes on from is written', async () => {
  const material = await writeTinyProject(folder)
  const runFolder = join(folder, 'run')
  const isWritten = () => access(join(runFolder, 'last.safetensors')).then(Boolean.bind(null, true), () => false)
  let step = 0
  let sent = { step: 0, afterWriting: false }
  const checkpoints: { step: number; sent: typeof sent }[] = []
  const recipe = tinyProjectRecipe('lora', { epochs: 1 })
  await trainRun(
    { material, recipe, runFolder, resume: false },
    {
      ...quiet,
      progress: (progress) => {
        step = progress.step
      },
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

test('prompts without room for a response are left out of training and scores, and counted in the result', async () => {
  const material = await writeTinyProject(join(folder, 'answers'), 'llama', 'instruction')
  const lines = (await readFile(material.rowsFile, 'utf8')).trim().split('\n')
  const rows = lines.map((line) => JSON.parse(line) as DatasetRow)
  // The beginning, the template's two words, and a prompt of up to 8 words.
  const fits = ({ text }: DatasetRow) => text.split(' ').length + 3 < 8
  const tested = rows.filter((row) => row.split === 'test' && fits(row))
  const recipe = tinyProjectRecipe('ia3', { epochs: 1, maxLength: 8 })
  const input = { material, recipe, runFolder: join(folder, 'answering'), resume: false }
  const { result, testRows } = await trainRun(input, quiet)
  expect(testRows.map(({ id }) => id)).toEqual(tested.map(({ id }) => id))
  expect(result.test.examples).toBe(tested.length)
  const leftOut = rows.filter((row) => !fits(row))
  expect(new Set(leftOut.map(({ split }) => split))).toEqual(new Set(['train', 'validation', 'test']))
  expect(result.leftOutTexts).toBe(leftOut.length)
})

test.each(['feature-based', 'lora'] as const)('a run of %s counts no second twice', async (strategy) => {
  const material = await writeTinyProject(folder)
  const recipe = tinyProjectRecipe(strategy, { epochs: 1 })
  const runFolder = join(folder, `seconds-${strategy}`)
  const startedAt = performance.now()
  const { result } = await trainRun({ material, recipe, runFolder, resume: false }, quiet)
  expect(result.seconds).toBeLessThanOrEqual((performance.now() - startedAt) / 1000)
})
