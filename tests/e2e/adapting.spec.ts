/** The way of an adaptation: a tiny model reads a file of texts, says what it gained, and goes on to be finetuned. */
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { writeTinyProject } from '../support/tiny-project'
import { chooseFile } from './actions'
import { expect, routeOf, test } from './fino'
import { labelledMessages, wordyTexts } from './messages'

test.describe.configure({ mode: 'serial' })

/** Everything the stepper knows is in the address: each test goes on where the one before it ended. */
let route = ''

test('Model: the panel opens from the offer, closes with Escape, and starts what it quotes', async ({ open, host }) => {
  await tf.setBackend('cpu')
  const { modelFolder } = await writeTinyProject(`${host.home}/to-adapt`)
  const { uploadId } = await host.ask('files:upload-begin', { fileName: 'messages.csv' })
  const base64 = Buffer.from(labelledMessages()).toString('base64')
  await host.ask('files:upload-chunk', { uploadId, base64 })
  const file = { kind: 'upload', uploadId, fileName: 'messages.csv' } as const
  const dataset = await host.ask('datasets:import', { file, options: { name: 'Topics' } })
  const model = await host.ask('models:add', { folder: modelFolder })

  const page = await open(`/new/model?dataset=${dataset.id}&model=${model.id}`)
  const offer = page.getByRole('button', { name: 'Adapt model to my texts first' })
  const panel = page.getByRole('dialog', { name: 'Adapt model to my texts first' })
  await offer.press('Enter')
  await expect(panel.getByRole('radio', { name: 'Those of “Topics”' })).toBeFocused()
  // 42 training texts are fewer than an adaptation takes.
  await expect(panel.getByRole('alert')).toContainText('at least 50')
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(offer).toBeFocused()

  await offer.press('Enter')
  await panel.getByRole('radio', { name: 'Those of a file' }).check()
  await chooseFile(page, 'corpus.csv', wordyTexts(labelledMessages()))
  await expect(panel.getByRole('combobox', { name: 'Column of corpus.csv with the texts' })).toHaveValue('message')
  await expect(panel).toContainText('18 are validation or test texts')
  await panel.getByText('Settings', { exact: true }).click()
  await panel.getByLabel('Epochs', { exact: true }).fill('2')
  await panel.getByLabel('Name of the new model').fill('Model of the corpus')
  await expect(panel.getByRole('region', { name: 'What it costs here' })).toContainText(/fits|tight|too big/)
  await expect(panel.getByLabel('Equivalent command')).toContainText('fino adapt corpus.csv')
  await page.reload()
  await expect(panel.getByLabel('Name of the new model')).toHaveValue('Model of the corpus')
  await panel.getByRole('button', { name: 'Start adapting' }).click()
  await expect(page.getByRole('heading', { name: 'Model of the corpus' })).toBeVisible()
  route = routeOf(page)
})

test('Run and result: what is foreseen before and after, and nothing to use it for but finetuning', async ({
  open,
}) => {
  const page = await open(route)
  await page.getByRole('button', { name: 'See the result' }).click({ timeout: 180_000 })
  await expect(page.getByRole('heading', { name: 'What did it gain?' })).toBeVisible()
  await expect(page.getByText(/^In 10 texts that it never learned from, it now foresees [\d.]+% of/)).toBeVisible()
  await expect(page.getByText('Adapted from model to 92 texts of corpus.csv')).toBeVisible()
  await expect(page.getByRole('radio', { name: 'Result' })).toBeChecked()
  await expect(page.getByRole('radio', { name: 'Use' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Finetune the adapted model' }).click()
  await expect(page.getByRole('heading', { name: 'How should it learn?' })).toBeVisible()
  await page.getByRole('radio', { name: 'LoRA' }).click()
  await expect(page.getByText('LoRA · Model of the corpus · Topics')).toBeVisible()
})

test('Models and runs list it with its origin; removing it says that its files go', async ({ open, host }) => {
  const runs = await open('/runs')
  await expect(runs.getByRole('row', { name: /Model of the corpus/ })).toContainText('Adapting')
  const models = await open('/models')
  const card = models.getByRole('article', { name: 'Model of the corpus' })
  await expect(card).toContainText('Adapted from model to 92 texts of corpus.csv')
  await card.getByRole('button', { name: 'Remove: Model of the corpus' }).click()
  const question = models.getByRole('dialog')
  await expect(question).toContainText('its files are deleted')
  await question.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(card).toBeHidden()

  // Other walks begin in a workspace without models of their own.
  for (const { id, recipe } of await host.ask('runs:list', null)) {
    await host.ask('runs:remove', { id })
    await host.ask('models:remove', { id: recipe.modelId })
  }
})
