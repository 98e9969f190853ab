import { defineConfig } from '@playwright/test'
import base from '../../playwright.config'

/** `npm run screenshots`: docs/screenshots anew, in the order in which a person meets the screens. */
export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: 'screenshots.ts',
  timeout: 30 * 60_000,
  reporter: 'list',
  projects: [{ name: 'browser' }],
})
