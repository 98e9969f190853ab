/** The window: sandboxed, isolated, showing Fino's own page and nothing else. */
import { join } from 'node:path'
import { BrowserWindow, protocol, session } from 'electron'
import { readStaticFile, securityHeaders } from '../files/static-files'

const ownScheme = 'fino'
export const ownOrigin = `${ownScheme}://app`

/** Must run before the app is ready. */
export function declareOwnScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: ownScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built renderer under fino://app and refuses every other connection and permission. */
export function serveOwnPage(rendererFolder: string): void {
  protocol.handle(ownScheme, async (request) => {
    const file = await readStaticFile(rendererFolder, new URL(request.url).pathname)
    if (file === undefined) return new Response('Not found', { status: 404 })
    return new Response(file.bytes, { headers: { ...securityHeaders, 'Content-Type': file.contentType } })
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write')
  })
  session.defaultSession.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !details.url.startsWith(`${ownOrigin}/`) && !details.url.startsWith('devtools://') })
  })
}

export function openWindow(preloadFolder: string): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Fino',
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 640,
    show: false,
    webPreferences: {
      preload: join(preloadFolder, 'index.js'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${ownOrigin}/`)) event.preventDefault()
  })
  void window.loadURL(`${ownOrigin}/index.html`)
  return window
}
