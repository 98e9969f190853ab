/** The way of an answer: prompts with responses, a tiny model that writes, LoRA, and its answers beside those before. */
import '@tensorflow/tfjs-backend-cpu'
import type { Page } from '@playwright/test'
import * as tf from '@tensorflow/tfjs-core'
import { writeTinyProject } from '../support/tiny-project'
import { chooseFile } from './actions'
import { expect, routeOf, test } from './fino'
import { answeredPrompts } from './messages'

test.describe.configure({ mode: 'serial' })

/** Everything the stepper knows is in the address: each test goes on where the one before it ended. */
let route = '/new/data'

const next = (page: Page) => page.getByRole('button', { name: 'Continue' }).click()

test('Data: prompts and responses are recognised in JSON Lines and shown as the model sees them', async ({ open }) => {
  const page = await open(route)
  await chooseFile(page, 'prompts.jsonl', answeredPrompts())
  await expect(page.getByRole('radio', { name: 'Answer like the rows' })).toBeChecked()
  await expect(page.getByLabel('Role of column instruction')).toHaveValue('text')
  await expect(page.getByLabel('Role of column input')).toHaveValue('context')
  await expect(page.getByLabel('Role of column output')).toHaveValue('label')
  await page.getByRole('button', { name: 'Import and check' }).click()
  await expect(page.getByText('### Instruction:')).toBeVisible()
  await next(page)
  route = routeOf(page)
})

test('Model: one that only reads is explained, one that writes is added and chosen', async ({ open, host }) => {
  await tf.setBackend('cpu')
  const { modelFolder } = await writeTinyProject(`${host.home}/tiny`, 'llama', 'instruction')
  const page = await open(route)
  await expect(page.getByRole('alert')).toContainText('Answering needs a model that writes')
  await expect(page.getByText('Cannot answer: it reads but does not write.')).toBeVisible()
  await page.getByLabel('Folder', { exact: true }).fill(modelFolder)
  await page.getByRole('button', { name: 'Add model' }).click()
  await expect(page.getByRole('radio')).toBeChecked()
  await next(page)
  route = routeOf(page)
})

test('Strategy: what cannot answer says why, and the template can be changed', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByRole('article', { name: 'Head only' })).toContainText('Trains a head that reads')
  await page.getByRole('radio', { name: 'LoRA' }).click()
  const template = page.getByLabel('Template around a prompt')
  await template.fill('where')
  await expect(page.getByText('The template must hold {prompt} exactly once.')).toBeVisible()
  await template.fill('door {prompt} lamp ')
  await page.getByLabel('Epochs', { exact: true }).fill('2')
  await expect(page.getByText('2 settings differ from the preset:')).toBeVisible()
  await expect(page.getByLabel('Equivalent command').first()).toContainText("--template 'door {prompt} lamp '")
  await page.getByRole('button', { name: 'Start the run' }).click()
  await page.getByRole('button', { name: 'See the result' }).click({ timeout: 180_000 })
  route = routeOf(page)
})

test('Result: perplexity against the model before training, and answers to read', async ({ open }) => {
  const page = await open(route)
  await expect(page.getByText(/^LoRA (brings|leaves) the perplexity of your \d+ test responses/)).toBeVisible()
  await expect(page.getByText(/^Before training: |Before training: \d/).first()).toBeVisible()
  await expect(page.getByRole('list', { name: 'Read some' }).getByRole('article').first()).toContainText('Model')
  await page.getByRole('button', { name: 'Use this model' }).click()
  route = routeOf(page)
})

test('Use: base and tuned answer side by side; the export is certified', async ({ open }) => {
  const page = await open(route)
  await page.getByLabel('Prompt to answer').fill('where blue door')
  await page.getByLabel('Longest answer (tokens)').fill('6')
  await page.getByRole('button', { name: 'Answer it' }).click()
  const tuned = page.getByRole('region', { name: 'After training' })
  await expect(tuned).not.toContainText('The answer appears here.')
  await expect(page.getByRole('region', { name: 'Before training' })).not.toContainText('The answer appears here.')
  await page.getByRole('combobox', { name: 'Format' }).click()
  await page.getByRole('option', { name: 'Hugging Face folder' }).click()
  await page.getByRole('button', { name: 'Export model' }).click()
  const certificate = page.getByRole('status').filter({ hasText: 'Certificate' })
  await expect(certificate).toContainText('Perplexity', { timeout: 90_000 })
})
