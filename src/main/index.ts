/** The Electron door: a window onto the application, and nothing that the other doors would need too. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog } from 'electron'
import { type Application, openApplication } from './application'
import { electronHost } from './shell/dialogs'
import { connectWindows } from './shell/ipc'
import { setMenu } from './shell/menu'
import { declareOwnScheme, openWindow, ownOrigin, serveOwnPage } from './shell/window'

const builtFolder = join(__dirname, '..')

declareOwnScheme()
if (app.requestSingleInstanceLock()) void start()
else app.quit()

async function start(): Promise<void> {
  await app.whenReady()
  let application: Application
  try {
    application = await openApplication({ host: electronHost() })
  } catch (error) {
    dialog.showErrorBox('Fino could not start', error instanceof Error ? error.message : String(error))
    app.exit(1)
    return
  }
  serveOwnPage(join(builtFolder, 'renderer'))
  setMenu()
  const disconnect = connectWindows(application, ownOrigin)
  const show = () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window === undefined) openWindow(join(builtFolder, 'preload'))
    else {
      if (window.isMinimized()) window.restore()
      window.focus()
    }
  }
  app.on('second-instance', show)
  app.on('activate', show)
  quitWhenIdle(application)
  closeOnQuit(application, disconnect)
  show()
}

/** A run survives the window: without a window Fino stays until the queue is empty, then leaves. */
function quitWhenIdle(application: Application): void {
  const quitIfIdle = async () => {
    if (BrowserWindow.getAllWindows().length === 0 && !(await application.isBusy())) app.quit()
  }
  app.on('window-all-closed', () => void quitIfIdle())
  application.subscribe((name) => {
    if (name === 'runs:changed') void quitIfIdle()
  })
}

function closeOnQuit(application: Application, disconnect: () => void): void {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    closed = true
    disconnect()
    void application.close().finally(() => app.quit())
  })
}
