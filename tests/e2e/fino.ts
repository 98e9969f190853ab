/** `test` with a running Fino; it fails on any page error, console error (a CSP violation is one) or foreign request. */
import { test as base, expect, type Page } from '@playwright/test'
import { electronBinary, type Host, type HostKind, openBrowserHost, openElectronHost } from './hosts'

interface Windows {
  /** A window showing a route ("/new/data"); watched until the test ends. */
  open(route: string): Promise<Page>
}

export const test = base.extend<Windows, { hostKind: HostKind; host: Host }>({
  hostKind: ['browser', { option: true, scope: 'worker' }],

  host: [
    async ({ browser, hostKind }, use) => {
      const binary = electronBinary()
      const host =
        hostKind === 'electron' && binary !== undefined
          ? await openElectronHost(binary)
          : await openBrowserHost(browser)
      await use(host)
      await host.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  open: async ({ host }, use) => {
    const complaints: string[] = []
    const opened = new Set<Page>()
    await use(async (route) => {
      const page = await host.open(route, (shown) => {
        if (!opened.has(shown)) watch(shown, host.origin, complaints)
        opened.add(shown)
      })
      await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
      return page
    })
    for (const page of opened) {
      page.removeAllListeners()
      if (host.kind === 'browser') await page.context().close()
    }
    expect(complaints).toEqual([])
  },
})

export { expect }

function watch(page: Page, origin: string, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) complaints.push(`request to ${url}`)
  })
}

/** The route in a window's address, to go on from there in another window. */
export function routeOf(page: Page): string {
  return new URL(page.url()).hash.slice(1)
}
