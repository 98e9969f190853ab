/** What a person does on more than one screen. */
import type { Page } from '@playwright/test'

/** Chooses a file of this content where the screen asks for one. */
export async function chooseFile(page: Page, name: string, content: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: /Drop a CSV/ }).click()
  await (await chooser).setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content, 'utf8') })
}

/** The step of the last point that the curve shows. */
export async function lastStep(page: Page): Promise<number> {
  const label = await page.getByRole('img', { name: /^Training loss/ }).getAttribute('aria-label')
  return Number(/at step ([\d,]+)/.exec(label ?? '')?.[1]?.replaceAll(',', ''))
}
