/** window.fino in an Electron window: one way to ask, one way to listen, nothing else. */
import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron'
import type { FinoBridge } from '../shared/contract'

const bridge: FinoBridge = {
  invoke: (name, input) => ipcRenderer.invoke('fino:invoke', name, input ?? null),
  on: (name, listener) => {
    const forward = (_event: IpcRendererEvent, eventName: string, payload: unknown) => {
      if (eventName === name) listener(payload as Parameters<typeof listener>[0])
    }
    ipcRenderer.on('fino:event', forward)
    return () => {
      ipcRenderer.removeListener('fino:event', forward)
    }
  },
  pathOf: (file) => webUtils.getPathForFile(file as File),
}

contextBridge.exposeInMainWorld('fino', bridge)
