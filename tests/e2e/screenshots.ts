/**
 * Photographs every screen for docs/screenshots, on the runs of `fino demo`. FINO_HOME names a workspace where the demo
 * has run already; without it a fresh one is made, which takes minutes.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { headlineOf } from '../../src/shared/result'
import type { Run } from '../../src/shared/run'
import { openBrowserHost } from './hosts'

const root = join(__dirname, '../..')
const folder = process.env.FINO_SCREENSHOTS ?? join(root, 'docs/screenshots')
const [width = 1280, height = 800] = (process.env.FINO_SCREENSHOT_SIZE ?? '1280x800').split('x').map(Number)

test('every screen', async ({ browser }) => {
  const home = process.env.FINO_HOME ?? demoWorkspace()
  mkdirSync(folder, { recursive: true })
  const host = await openBrowserHost(browser, home)
  const developing = await (await browser.newContext()).newPage()

  /** WebP, made by the browser itself: sharp and small. */
  async function photograph(page: Page, name: string): Promise<void> {
    await page.evaluate(() => document.fonts.ready)
    await page.mouse.move(2, 2)
    await page.evaluate(showUsualPaths, [
      [home, '~/.local/share/fino'],
      [root, '/opt/Fino'],
    ] as const)
    await page.waitForTimeout(400)
    const png = (await page.screenshot({ animations: 'disabled' })).toString('base64')
    const webp = await developing.evaluate(async (source) => {
      const image = new Image()
      image.src = `data:image/png;base64,${source}`
      await image.decode()
      const canvas = new OffscreenCanvas(image.width, image.height)
      canvas.getContext('2d')?.drawImage(image, 0, 0)
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.92 })
      const bytes = new Uint8Array(await blob.arrayBuffer())
      return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''))
    }, png)
    writeFileSync(join(folder, `${name}.webp`), Buffer.from(webp, 'base64'))
  }

  async function open(route: string): Promise<Page> {
    const page = await host.open(route, () => undefined)
    await page.setViewportSize({ width, height })
    return page
  }

  try {
    await host.ask('settings:set', { language: 'en', colorScheme: 'light' })
    const datasets = await host.ask('datasets:list', null)
    const dataset = datasets.find(({ task }) => task === 'classification')
    const numbers = datasets.find(({ task }) => task === 'regression')
    const runs = (await host.ask('runs:list', null)).toSorted((left, right) => score(right) - score(left))
    const best = runs.find(({ problem, result }) => problem.kind === 'single-label' && result !== null)
    const number = runs.find(({ problem, result }) => problem.kind === 'regression' && result !== null)
    const words = runs.find(({ recipe, result }) => recipe.strategy === 'dictionary' && result !== null)
    if (!dataset || !numbers || !best || !number || !words) throw new Error(`fino demo has not run in ${home}`)
    if ((await host.ask('exports:list', { runId: best.id })).length === 0)
      await host.ask('exports:create', { runId: best.id })
    const draft = `dataset=${dataset.id}&model=starter`

    const page = await open('/new/data')
    await expect(page.getByText('Recent data sets')).toBeVisible()
    await photograph(page, '01-data')
    await page.getByRole('button', { name: 'Use the example data' }).click()
    await expect(page.getByRole('table', { name: 'What Fino reads' })).toBeVisible()
    await photograph(page, '02-preview')

    const check = await open(`/new/check?${draft}`)
    await expect(check.getByRole('img', { name: /Histogram/ })).toBeVisible()
    await photograph(check, '03-check')
    await check.getByRole('img', { name: /Histogram/ }).scrollIntoViewIfNeeded()
    await photograph(check, '04-check-lengths')
    const spread = await open(`/new/check?dataset=${numbers.id}&model=starter`)
    await expect(spread.getByRole('img', { name: 'Histogram of the targets' })).toBeVisible()
    await photograph(spread, '04-check-numbers')

    const model = await open(`/new/model?${draft}`)
    await expect(model.getByRole('radio', { name: /starter/i })).toBeChecked()
    await photograph(model, '05-model')
    await model.getByRole('button', { name: /to my texts first/ }).click()
    const cost = model.getByRole('dialog').getByRole('region', { name: 'What it costs here' })
    await expect(cost).toContainText('Measured with a few real steps', { timeout: 5 * 60_000 })
    await photograph(model, '05-model-adapt')

    const strategy = await open(`/new/strategy?${draft}&strategy=lora`)
    const measured = strategy.getByRole('region', { name: 'About LoRA' })
    await expect(measured).toContainText('Measured with a few real steps', { timeout: 5 * 60_000 })
    await photograph(strategy, '06-strategy')
    await measured.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }))
    await photograph(strategy, '06-strategy-about')
    await strategy.getByText('Advanced', { exact: true }).click()
    await strategy.getByLabel('Rank', { exact: true }).fill('16')
    const settingsCard = strategy.getByRole('region', { name: 'Settings' })
    await settingsCard.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }))
    await photograph(strategy, '07-strategy-advanced')
    await strategy.getByRole('button', { name: 'Start the run' }).click()
    const curve = strategy.getByRole('img', { name: /^Training loss.* at step \d\d/ })
    await expect(curve).toBeVisible({ timeout: 10 * 60_000 })
    await photograph(strategy, '08-run')
    await host.ask('settings:set', { colorScheme: 'dark' })
    await strategy.reload()
    await expect(curve).toBeVisible()
    await photograph(strategy, '08-run-dark')
    await strategy.getByRole('button', { name: 'Cancel run' }).click()
    await strategy.getByRole('button', { name: 'Cancel the run' }).click()
    await expect(strategy.getByText('The run was cancelled')).toBeVisible()

    const result = await open(`/runs/${best.id}?view=result`)
    await expect(result.getByRole('heading', { name: 'How good is it?' })).toBeVisible()
    await photograph(result, '09-result-dark')
    await host.ask('settings:set', { colorScheme: 'light' })
    await result.reload()
    await expect(result.getByRole('heading', { name: 'How good is it?' })).toBeVisible()
    await photograph(result, '09-result')
    const confusion = result.getByRole('table', { name: 'What it confuses' })
    await confusion.getByRole('button', { disabled: false }).first().click()
    await expect(result.getByRole('dialog').getByRole('article').first()).toBeVisible()
    await photograph(result, '10-result-texts')
    const scattered = await open(`/runs/${number.id}?view=result`)
    await expect(scattered.getByRole('img', { name: 'Predicted and true' }).locator('circle').first()).toBeVisible()
    await photograph(scattered, '10-result-numbers')
    const weighed = await open(`/runs/${words.id}?view=result`)
    const wordsCard = weighed.getByRole('region', { name: 'Words and weights' })
    await expect(weighed.getByRole('table', { name: 'Words and weights' })).toBeVisible({ timeout: 60_000 })
    await wordsCard.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }))
    await photograph(weighed, '10-result-words')

    const use = await open(`/runs/${best.id}?view=use`)
    await use.getByLabel('Text to label').fill('I was charged twice for the same order, please refund me.')
    await use.getByRole('button', { name: 'Label it' }).click()
    await expect(use.getByText('The model says')).toBeVisible({ timeout: 60_000 })
    await photograph(use, '11-use')
    await use.getByText('Certificate').first().scrollIntoViewIfNeeded()
    await photograph(use, '12-use-export')

    const cancelled = (await host.ask('runs:list', null)).find(({ status }) => status === 'cancelled')
    if (cancelled !== undefined) await host.ask('runs:remove', { id: cancelled.id })
    const list = await open('/runs')
    await expect(list.getByRole('table', { name: 'Runs' })).toBeVisible()
    await photograph(list, '13-runs')
    const settings = await open('/settings')
    await expect(settings.getByRole('row', { name: /WebAssembly/ })).toContainText('GFLOP/s', { timeout: 90_000 })
    await photograph(settings, '14-settings')
    await photograph(await shown(await open('/data')), '15-data-sets')
    await photograph(await shown(await open('/models')), '16-models')

    await host.ask('settings:set', { language: 'pt', colorScheme: 'dark' })
    const portuguese = await open(`/new/strategy?${draft}`)
    await expect(portuguese.getByRole('radio', { name: 'LoRA' })).toBeVisible()
    await expect(portuguese.locator('.mantine-Skeleton-root')).toHaveCount(0, { timeout: 60_000 })
    await photograph(portuguese, '17-strategy-portuguese-dark')
  } finally {
    await host.ask('settings:set', { language: 'system', colorScheme: 'auto' })
    await host.close()
    if (process.env.FINO_HOME === undefined) rmSync(home, { recursive: true, force: true })
  }
})

/** Documentation shows where things usually lie, not where they lay on the machine that made it. */
function showUsualPaths(replacements: readonly (readonly [string, string])[]): void {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const [from, to] of replacements) node.nodeValue = node.nodeValue?.replaceAll(from, to) ?? null
  }
}

const score = ({ result }: Run) => (result === null ? 0 : headlineOf(result.test).value)

async function shown(page: Page): Promise<Page> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  return page
}

function demoWorkspace(): string {
  const home = mkdtempSync(join(tmpdir(), 'fino-screenshots-'))
  const demo = spawnSync(process.execPath, [join(root, 'bin/fino.js'), 'demo'], {
    env: { ...process.env, FINO_HOME: home },
    stdio: 'inherit',
  })
  if (demo.status !== 0) throw new Error('fino demo failed')
  return home
}
