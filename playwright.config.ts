import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'
import type { HostKind } from './tests/e2e/hosts'
import { electronBinary } from './tests/e2e/hosts'

/** Chromium as the system has it; the suite never downloads a browser. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
const hasElectron = electronBinary() !== undefined

if (!hasElectron && process.env.TEST_WORKER_INDEX === undefined) {
  process.stdout.write(
    "Electron's runtime is not installed here: the suite runs in the browser host alone; tests/main/index.test.ts exercises the Electron door.\n",
  )
}

export default defineConfig<object, { hostKind: HostKind }>({
  testDir: 'tests/e2e',
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['./tests/support/count-tests.ts']],
  use: {
    actionTimeout: 30_000,
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'browser', use: { hostKind: 'browser' } },
    ...(hasElectron ? [{ name: 'electron', use: { hostKind: 'electron' as const } }] : []),
  ],
})
