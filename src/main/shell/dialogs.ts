/** The system's file dialogs, which only the Electron door can offer. */
import { app, BrowserWindow, dialog, shell } from 'electron'
import type { Host } from '../application'

export function electronHost(): Host {
  return {
    kind: 'electron',
    systemLanguage: app.getLocale(),
    chooseData: () =>
      choose(
        ['openFile'],
        [{ name: 'CSV, TSV, JSON', extensions: ['csv', 'tsv', 'txt', 'tab', 'json', 'jsonl', 'ndjson'] }],
      ),
    chooseFolder: () => choose(['openDirectory', 'createDirectory'], []),
    reveal: async (path) => shell.showItemInFolder(path),
  }
}

async function choose(
  properties: ('openFile' | 'openDirectory' | 'createDirectory')[],
  filters: { name: string; extensions: string[] }[],
): Promise<string | null> {
  const options = { properties, filters }
  const window = BrowserWindow.getFocusedWindow()
  const chosen = window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
}
