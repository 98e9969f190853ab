/** The first steps: files that cannot be read say why and where, the example is one press away, the keyboard suffices. */
import type { Locator, Page } from '@playwright/test'
import { chooseFile } from './actions'
import { expect, test } from './fino'
import { raggedTable } from './messages'

test('a broken row is named, and another file can be chosen', async ({ open }) => {
  const page = await open('/new/data')
  await chooseFile(page, 'broken.csv', raggedTable)
  const notice = page.getByRole('alert')
  await expect(notice).toContainText(/(row|line) 4/i)
  await expect(notice).not.toContainText('at Object.')
  await page.getByRole('button', { name: 'Choose another file' }).click()
  await expect(page.getByRole('button', { name: /Drop a CSV/ })).toBeVisible()
})

test('an empty file and a picture are refused with a sentence', async ({ open }) => {
  const page = await open('/new/data')
  await chooseFile(page, 'empty.csv', '')
  await expect(page.getByRole('alert')).toContainText('The file is empty')
  await page.getByRole('button', { name: 'Choose another file' }).click()
  await chooseFile(page, 'picture.csv', '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR\u0000\u0000')
  await expect(page.getByRole('alert')).toContainText('This is not a text file')
})

test('one label for all rows is refused at import', async ({ open }) => {
  const page = await open('/new/data')
  const rows = Array.from({ length: 30 }, (_, index) => `"Text number ${index} of many",same`)
  await chooseFile(page, 'constant.csv', ['message,topic', ...rows].join('\n'))
  await page.getByLabel('Role of column message').selectOption('text')
  await page.getByLabel('Role of column topic').selectOption('label')
  await page.getByRole('button', { name: 'Import and check' }).click()
  await expect(page.getByRole('alert')).toContainText('All rows have the same value')
})

test('from the example to the strategies with the keyboard alone', async ({ open }) => {
  const page = await open('/new/data')
  await press(page, page.getByRole('button', { name: 'Use the example data' }), 'Enter')
  await expect(page.getByLabel('Role of column text')).toHaveValue('text')
  await expect(page.getByLabel('Role of column topic')).toHaveValue('label')
  await press(page, page.getByRole('button', { name: 'Import and check' }), 'Enter')
  await expect(page.getByRole('heading', { name: 'Can a model learn from this?' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Split' })).toBeVisible()
  await press(page, page.getByRole('button', { name: 'Continue' }), 'Enter')
  const starter = page.getByRole('radio', { name: /starter/i })
  await expect(starter).toBeChecked()
  await reach(page, starter)
  await press(page, page.getByRole('button', { name: 'Continue' }), 'Space')
  await press(page, page.getByRole('radio', { name: 'Feature-based' }), 'Space')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: 'Head only' })).toBeChecked()
  await reach(page, page.getByRole('button', { name: 'Start the run' }))
})

test('the first press of Tab offers the way past the navigation', async ({ open }) => {
  const page = await open('/runs')
  await page.keyboard.press('Tab')
  await expect(page.getByText('Skip to the content')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

/** Tab until the element has the focus. */
async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${target}`)
}

async function press(page: Page, target: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await reach(page, target)
  await page.keyboard.press(key)
}
