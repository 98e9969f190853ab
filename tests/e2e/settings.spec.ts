/** Settings are kept: language, colours; the machine is measured. */
import { expect, test } from './fino'

test('the language changes at once, stays after a reload, and back', async ({ open }) => {
  const page = await open('/settings')
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: 'Português (Brasil)' }).click()
  await expect(page.getByRole('heading', { name: 'Configurações' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', /^pt/)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Configurações' })).toBeVisible()
  await page.getByRole('combobox', { name: 'Idioma' }).click()
  await page.getByRole('option', { name: 'English' }).click()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
})

test('the dark colours stay after a reload', async ({ open }) => {
  const page = await open('/settings')
  const scheme = page.locator('html')
  await page.getByText('Dark', { exact: true }).click()
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await page.reload()
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await page.getByRole('radiogroup', { name: 'Colours' }).getByText('As the system').click()
  await expect(scheme).toHaveAttribute('data-mantine-color-scheme', 'light')
})

test('the machine is measured, and what is missing says why', async ({ open }) => {
  const page = await open('/settings')
  const machine = page.getByRole('table', { name: 'This computer' })
  await expect(machine.getByRole('row', { name: /WebAssembly/ })).toContainText(/[\d.]+ GFLOP\/s/, { timeout: 90_000 })
  await expect(machine.getByRole('row', { name: /WebAssembly/ })).toContainText('Available')
  await expect(machine.getByRole('row', { name: /TensorFlow/ })).toContainText('Not available')
  await expect(page.getByText(/no telemetry/)).toBeVisible()
})
