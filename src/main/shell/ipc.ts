/** The only place where main and windows speak: requests in, answers and events out. */
import { BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron'
import type { EventName } from '../../shared/contract'
import type { Outcome } from '../../shared/failure'

/** The part of the application that a window may reach. */
export interface Reachable {
  invoke(name: string, input: unknown): Promise<Outcome<unknown>>
  subscribe(listener: (name: EventName, payload: unknown) => void): () => void
}

/** Connects windows to the application. Only the top frame of Fino's own page is answered. Returns the disconnection. */
export function connectWindows(application: Reachable, ownOrigin: string): () => void {
  ipcMain.handle('fino:invoke', async (event, name: unknown, input: unknown): Promise<Outcome<unknown>> => {
    if (!isOwnPage(event, ownOrigin) || typeof name !== 'string') {
      return {
        ok: false,
        failure: { code: 'forbidden', message: "This page may not talk to Fino. Open Fino's own window.", details: {} },
      }
    }
    return application.invoke(name, input)
  })
  const unsubscribe = application.subscribe((name, payload) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (!window.isDestroyed()) window.webContents.send('fino:event', name, payload)
    }
  })
  return () => {
    unsubscribe()
    ipcMain.removeHandler('fino:invoke')
  }
}

function isOwnPage(event: IpcMainInvokeEvent, ownOrigin: string): boolean {
  const frame = event.senderFrame
  if (frame === null || frame.parent !== null) return false
  return frame.url === ownOrigin || frame.url.startsWith(`${ownOrigin}/`)
}
