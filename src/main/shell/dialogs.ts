/** What only the Electron door can offer: the system's dialog for folders, and its file manager. */
import { app, BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron'
import type { Host } from '../application'

export function electronHost(): Host {
  return {
    kind: 'electron',
    systemLanguage: app.getLocale(),
    chooseFolder,
    reveal: async (path) => shell.showItemInFolder(path),
  }
}

async function chooseFolder(): Promise<string | null> {
  const options: OpenDialogOptions = { properties: ['openDirectory', 'createDirectory'] }
  const window = BrowserWindow.getFocusedWindow()
  const chosen = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
}
