/** The whole way of a finetuning, on a real training run: data, check, model, strategy, run, result, use. */
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { chooseFile, lastStep } from './actions'
import { expect, routeOf, test } from './fino'
import { labelledMessages, unlabelledMessages, unlabelledTexts } from './messages'

test.describe.configure({ mode: 'serial' })

/** Everything the stepper knows is in the address: each test goes on where the one before it ended. */
let route = '/new/data'

const next = (page: Page) => page.getByRole('button', { name: 'Continue' }).click()

test('Data: a chosen file is read, its columns are found and can be changed', async ({ open }) => {
  const page = await open(route)
  await chooseFile(page, 'messages.csv', labelledMessages())
  const preview = page.getByRole('table', { name: 'What Fino reads' })
  await expect(preview).toContainText('my card was charged "twice"')
  await expect(page.getByLabel('Role of column message')).toHaveValue('text')
  await expect(page.getByLabel('Role of column topic')).toHaveValue('label')
  await page.getByLabel('Role of column topic').selectOption('ignore')
  await expect(page.getByRole('button', { name: 'Import and check' })).toBeDisabled()
  await page.getByLabel('Role of column topic').selectOption('label')
  await expect(page.getByLabel('Equivalent command')).toContainText(
    'fino import messages.csv --text message --target topic',
  )
  await page.getByLabel('Name of the data set').fill('Three topics')
  await page.getByRole('button', { name: 'Import and check' }).click()
  await expect(page.getByRole('heading', { name: 'Can a model learn from this?' })).toBeVisible()
  route = routeOf(page)
})

test('Check: findings, balance, lengths and the frozen split', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByRole('list', { name: 'Findings' })).toContainText('PASS')
  await expect(page.getByRole('list', { name: 'Label balance' })).toContainText('billing')
  await expect(page.getByRole('img', { name: 'Histogram of text lengths in tokens' })).toBeVisible()
  const split = page.getByRole('table', { name: 'Split' })
  await expect(split.getByRole('row')).toHaveCount(4)
  await page.getByRole('button', { name: 'Draw another split' }).click()
  await expect(page.getByText('Seed 1', { exact: true })).toBeVisible()
  await next(page)
  await expect(page.getByRole('heading', { name: 'Which model should learn?' })).toBeVisible()
  route = routeOf(page)
})

test('Model: the starter is chosen; a folder without a model is refused', async ({ open, host }) => {
  const page = await open(route)
  await expect(page.getByRole('radio', { name: /starter/i })).toBeChecked()
  await page.getByLabel('Folder', { exact: true }).fill(host.home)
  await page.getByRole('button', { name: 'Add model' }).click()
  await expect(page.getByRole('alert')).toContainText('config.json')
  await next(page)
  route = routeOf(page)
})

test('Strategy: quotes appear, an advanced option changes the command', async ({ open }) => {
  const page = await open(route)
  await page.getByRole('radio', { name: 'LoRA' }).click()
  for (const name of ['Feature-based', 'Head only', 'Full finetuning', 'LoRA']) {
    await expect(page.getByRole('group', { name: `Quote for ${name}` })).toContainText(/fits|tight|too big/)
  }
  // The chosen one is measured first.
  const measured = page.getByRole('region', { name: 'About LoRA' })
  await expect(measured).toContainText('Measured with a few real steps', { timeout: 120_000 })
  await page.getByText('Advanced', { exact: true }).click()
  await page.getByLabel('Rank', { exact: true }).fill('4')
  await page.getByLabel('Epochs', { exact: true }).fill('3')
  await page.getByLabel('Batch size', { exact: true }).fill('8')
  await page.getByLabel('Learning rate', { exact: true }).fill('0.0015')
  await expect(page.getByText('4 settings differ from the preset:')).toBeVisible()
  await expect(page.getByLabel('Equivalent command')).toContainText('fino train')
  await page.getByLabel('Name of the run').fill('First run')
  await page.getByRole('button', { name: 'Start the run' }).click()
  await expect(page.getByRole('heading', { name: 'First run' })).toBeVisible()
  route = routeOf(page)
})

test('Run: the phases pass, the curve grows, the result is offered', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByRole('list', { name: 'Phases' })).toBeVisible()
  const curve = page.getByRole('img', { name: /^Training loss.* at step \d+/ })
  await expect(curve).toBeVisible({ timeout: 120_000 })
  const early = await lastStep(page)
  await expect.poll(() => lastStep(page), { timeout: 120_000 }).toBeGreaterThan(early)
  await page.getByRole('button', { name: 'See the result' }).click({ timeout: 180_000 })
  await expect(page.getByRole('heading', { name: 'How good is it?' })).toBeVisible()
  route = routeOf(page)
})

test('Result: the verdict, the scores, and the texts behind a cell', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByText(/^LoRA labels \d+ of 9 test texts as you did/)).toBeVisible()
  await expect(page.getByRole('table', { name: 'Label by label' }).getByRole('row')).toHaveCount(4)
  await expect(page.getByText('Quote and reality')).toBeVisible()
  const cell = page.getByRole('table', { name: 'What it confuses' }).getByRole('button', { disabled: false }).first()
  const [, rows] = /^(\d+) texts/.exec((await cell.getAttribute('aria-label')) ?? '') ?? []
  await cell.click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByRole('article')).toHaveCount(Number(rows))
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await page.getByRole('button', { name: 'Use this model' }).click()
  await expect(page.getByRole('heading', { name: 'Put it to work' })).toBeVisible()
  route = routeOf(page)
})

test('Use: try a text', async ({ open }) => {
  const page = await open(route)
  await page.getByLabel('Text to label').fill('The courier lost my parcel')
  await page.getByRole('button', { name: 'Label it' }).click()
  await expect(page.getByText('The model says')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('list', { name: 'Probability of each label' })).toContainText('%')
})

test('Use: label a table and take it home', async ({ open, host }) => {
  const page = await open(route)
  await chooseFile(page, 'new.csv', unlabelledMessages())
  await page.getByRole('button', { name: 'Label all rows' }).click()
  const written = page.getByRole('status').filter({ hasText: '3 rows labelled' })
  await expect(written).toBeVisible({ timeout: 60_000 })
  const [, path] = /Written to (.+\.csv)/.exec((await written.textContent()) ?? '') ?? []
  const onDisk = readFileSync(path ?? '', 'utf8')
  expect(onDisk.split(/\r?\n/)[0]).toContain('number,message,prediction,confidence')
  for (const text of unlabelledTexts) expect(onDisk).toContain(text)
  if (host.kind !== 'browser') return
  const download = page.waitForEvent('download')
  await written.getByRole('button', { name: 'Download' }).click()
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(onDisk)
})

test('Use: export with a certificate and the code that loads it', async ({ open }) => {
  const page = await open(route)
  await page.getByRole('button', { name: 'Export model' }).click()
  const certificate = page.getByRole('status').filter({ hasText: 'Certificate' })
  await expect(certificate).toContainText('Read back and tested on 9 texts', { timeout: 90_000 })
  await expect(page.getByLabel('Load it in Python')).toContainText('PeftModel')
})
