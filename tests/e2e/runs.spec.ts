/** A long run: watched, left, reloaded, stopped and saved; then renamed and deleted in the list. */
import { lastStep } from './actions'
import { expect, test } from './fino'
import type { Host } from './hosts'
import { labelledMessages } from './messages'

test.describe.configure({ mode: 'serial' })

let runId = ''

/** Far more epochs than anyone waits for. */
async function startLongRun(host: Host): Promise<string> {
  const { uploadId } = await host.ask('files:upload-begin', { fileName: 'long.csv' })
  const base64 = Buffer.from(labelledMessages()).toString('base64')
  await host.ask('files:upload-chunk', { uploadId, base64 })
  const file = { kind: 'upload', uploadId, fileName: 'long.csv' } as const
  const dataset = await host.ask('datasets:import', { file, options: { name: 'Long' } })
  const request = {
    ...({ datasetId: dataset.id, modelId: 'starter', strategy: 'lora', backend: 'wasm' } as const),
    ...{ epochs: 200, batchSize: 8, patience: 0 },
  }
  const run = await host.ask('runs:start', { request, name: 'Long run' })
  return run.id
}

test('a run goes on while one is elsewhere, and the way back is always there', async ({ open, host }) => {
  runId = await startLongRun(host)
  const page = await open('/settings')
  const running = page.getByRole('link', { name: /Running now/ })
  await expect(running).toContainText('Long run')
  await running.click()
  await expect(page.getByRole('heading', { name: 'Long run' })).toBeVisible()
  await expect(page.getByRole('img', { name: /^Training loss.* at step \d+/ })).toBeVisible({ timeout: 120_000 })
  expect(await lastStep(page)).toBeGreaterThan(0)
})

test('a reload in mid-run misses nothing', async ({ open, host }) => {
  const page = await open(`/runs/${runId}?view=run`)
  await expect.poll(() => lastStep(page), { timeout: 120_000 }).toBeGreaterThan(3)
  const before = await lastStep(page)
  await page.reload()
  const curve = page.getByRole('img', { name: /^Training loss.* at step \d+/ })
  await expect(curve).toBeVisible()
  await expect.poll(() => lastStep(page), { timeout: 60_000 }).toBeGreaterThan(before)
  const shown = await lastStep(page)
  const { points } = await host.ask('runs:history', { id: runId })
  const steps = points.filter(({ name }) => name === 'train/loss').map(({ step }) => step)
  expect(steps.slice(0, shown)).toEqual(Array.from({ length: shown }, (_, index) => index + 1))
})

test('two windows show the same run; one stops it and both see the result', async ({ open, host }) => {
  test.skip(host.kind === 'electron', 'Electron has one window')
  const [watching, acting] = [await open(`/runs/${runId}?view=run`), await open(`/runs/${runId}?view=run`)]
  // A validation is needed before there is a best model to keep.
  await expect
    .poll(
      async () => (await host.ask('runs:history', { id: runId })).points.some(({ name }) => name === 'validation/loss'),
      {
        timeout: 120_000,
      },
    )
    .toBe(true)
  await acting.getByRole('button', { name: 'Stop and save' }).click()
  await expect(acting.getByText('Stopped and saved').first()).toBeVisible({ timeout: 60_000 })
  await expect(watching.getByText('Stopped and saved').first()).toBeVisible()
  const run = await host.ask('runs:get', { id: runId })
  expect(run).toMatchObject({ status: 'stopped', result: { stoppedBecause: 'asked' } })
})

test('a run is renamed, then deleted after a question', async ({ open, host }) => {
  const page = await open('/runs')
  const runs = page.getByRole('table', { name: 'Runs' })
  await runs.getByRole('button', { name: 'Actions for Long run' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByLabel('New name').fill('Kept by mistake')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(runs.getByRole('link', { name: 'Kept by mistake' })).toBeVisible()

  const startDeleting = async () => {
    await runs.getByRole('button', { name: 'Actions for Kept by mistake' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect(page.getByRole('dialog')).toContainText('Kept by mistake')
  }
  await startDeleting()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await expect(runs.getByRole('link', { name: 'Kept by mistake' })).toBeVisible()
  await startDeleting()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('link', { name: 'Kept by mistake' })).toBeHidden()
  expect((await host.ask('runs:list', null)).map(({ id }) => id)).not.toContain(runId)
})
