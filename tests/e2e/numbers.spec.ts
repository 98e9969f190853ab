/** The way of a number: a column of scores, a head that learns them, and a dictionary that says by which words. */
import type { Page } from '@playwright/test'
import { chooseFile } from './actions'
import { expect, routeOf, test } from './fino'
import { scoredMessages } from './messages'

test.describe.configure({ mode: 'serial' })

/** Everything the stepper knows is in the address: each test goes on where the one before it ended. */
let route = '/new/data'
let strategies = ''

const next = (page: Page) => page.getByRole('button', { name: 'Continue' }).click()

test('Data: numbers are recognised, and rows of one customer are kept together', async ({ open }) => {
  const page = await open(route)
  await chooseFile(page, 'scores.csv', scoredMessages())
  await expect(page.getByRole('radio', { name: 'Give a number' })).toBeChecked()
  await expect(page.getByLabel('Role of column message')).toHaveValue('text')
  await expect(page.getByLabel('Role of column score')).toHaveValue('label')
  await page.getByLabel('Role of column customer').selectOption('Keep together')
  await expect(page.getByLabel('Equivalent command')).toContainText(
    'fino import scores.csv --text message --target score --task regression --group-column customer',
  )
  await page.getByRole('button', { name: 'Import and check' }).click()
  await expect(page.getByRole('img', { name: 'Histogram of the targets' })).toBeVisible()
  await expect(page.getByText('2 to 9.5', { exact: true })).toBeVisible()
  await next(page)
  await expect(page.getByRole('radio', { name: /starter/i })).toBeChecked()
  await next(page)
  await expect(page.getByRole('heading', { name: 'How should it learn?' })).toBeVisible()
  route = routeOf(page)
  strategies = route
})

test('Strategy: ten cards in four groups, each with its share; one is chosen with the keyboard', async ({ open }) => {
  const page = await open(route)
  for (const group of ['Interpretable', 'Frozen model', 'Small additions', 'Whole model']) {
    await expect(page.getByRole('region', { name: group })).toBeVisible()
  }
  await expect(page.getByRole('radiogroup', { name: 'Strategies' }).getByRole('radio')).toHaveCount(10)
  await page.getByRole('radio', { name: 'Feature-based' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'About Feature-based' })).toBeVisible()
  await page.getByRole('radio', { name: 'Head only' }).click()
  await page.getByLabel('Epochs', { exact: true }).fill('2')
  await page.getByLabel('Name of the run').fill('Scores')
  await page.getByRole('button', { name: 'Start the run' }).click()
  await page.getByRole('button', { name: 'See the result' }).click({ timeout: 180_000 })
  route = routeOf(page)
})

test('Result: R² and errors in own units, every dot a text, the worst of them to read', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByText(/^Head only explains .* on average, where always saying the mean is/)).toBeVisible()
  await expect(page.getByText('Mean absolute error', { exact: true })).toBeVisible()
  await expect(page.getByRole('img', { name: 'Predicted and true' }).locator('circle').first()).toBeVisible()
  await expect(page.getByRole('img', { name: 'How far off' })).toBeVisible()
  const samples = page.getByRole('list', { name: 'Read some' })
  await expect(samples.getByRole('article').first()).toContainText(/off/)
  await page.getByText('Best', { exact: true }).click()
  await expect(samples.getByRole('article').first()).toBeVisible()
  await page.getByRole('button', { name: 'Use this model' }).click()
  route = routeOf(page)
})

test('Use: a text gets a number', async ({ open }) => {
  const page = await open(route)
  await page.getByLabel('Text to judge').fill('Thank you, the service was wonderful')
  await page.getByRole('button', { name: 'Give a number' }).click()
  await expect(page.locator('.fino-figure[data-size="large"]')).toHaveText(/\d/, { timeout: 60_000 })
  await expect(page.getByText('Your training numbers go from 2 to 9.5.')).toBeVisible()
})

test('A dictionary with a word list learns the same in a moment and shows its words', async ({ open }) => {
  const page = await open(strategies)
  await page.getByRole('radio', { name: 'Dictionary' }).click()
  const wordList = page.getByRole('combobox', { name: 'Word list' })
  await expect(wordList).toHaveValue('Learn the words from my data')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Import a word list' }).click()
  const buffer = Buffer.from('term,category,weight\nthank*,praise,1\nlate,delay,2\narrive*,delay,1\n')
  await (await chooser).setFiles({ name: 'tone.csv', mimeType: 'text/csv', buffer })
  await expect(page.getByText('3 terms in 2 categories')).toBeVisible()
  await expect(wordList).toHaveValue(/tone/)
  await page.getByRole('button', { name: 'Start the run' }).click()
  await page.getByRole('button', { name: 'See the result' }).click({ timeout: 120_000 })
  const words = page.getByRole('table', { name: 'Words and weights' })
  await expect(words.getByRole('row').nth(1)).toBeVisible({ timeout: 60_000 })
  const all = await words.getByRole('row').count()
  await page.getByLabel('Find a word').fill('service')
  await expect(words.getByRole('row')).not.toHaveCount(all)
  await expect(words.getByRole('row').nth(1)).toContainText('service')
})

test('Runs: each kind of problem with its own figure', async ({ open }) => {
  const page = await open('/runs')
  const row = page.getByRole('table', { name: 'Runs' }).getByRole('row', { name: /Scores/ })
  await expect(row).toContainText('R²')
})
