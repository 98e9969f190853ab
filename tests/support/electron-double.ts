/**
 * A double of the `electron` module: enough of main, preload and IPC in one process for the real door to run through it.
 * Messages are structured-cloned as Electron does; window, dialogs and protocol record what they are told.
 */
import { EventEmitter } from 'node:events'

type Handler = (event: unknown, ...parameters: unknown[]) => unknown
type Listener = (event: unknown, ...parameters: unknown[]) => void

const handlers = new Map<string, Handler>()
const renderer = new EventEmitter()

export const recorded = {
  windows: [] as BrowserWindow[],
  exposed: {} as Record<string, unknown>,
  protocols: new Map<string, (request: Request) => Promise<Response>>(),
  requestFilters: [] as ((details: { url: string }, answer: (decision: { cancel: boolean }) => void) => void)[],
  permissionHandlers: [] as ((contents: unknown, permission: string, answer: (granted: boolean) => void) => void)[],
  dialogAnswers: [] as { canceled: boolean; filePaths: string[] }[],
  errorBoxes: [] as string[],
  quits: 0,
}

class Application extends EventEmitter {
  whenReady = async () => undefined
  requestSingleInstanceLock = () => true
  getLocale = () => 'pt-BR'
  exit = () => undefined
  quit = () => {
    recorded.quits += 1
    this.emit('before-quit', { preventDefault: () => undefined })
  }
}
export const app = new Application()

class WebContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }) {
    this.openHandler = handler
  }
  send(channel: string, ...parameters: unknown[]) {
    renderer.emit(channel, {}, ...structuredClone(parameters))
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  url = ''
  visible = false
  static getAllWindows = () => recorded.windows
  static getFocusedWindow = () => recorded.windows[0] ?? null
  constructor(readonly options: Record<string, unknown>) {
    super()
    recorded.windows.push(this)
  }
  async loadURL(url: string) {
    this.url = url
    await import('../../src/preload/index')
    this.emit('ready-to-show')
  }
  show() {
    this.visible = true
  }
  isDestroyed = () => false
  isMinimized = () => false
  restore() {}
  focus() {}
  close() {
    recorded.windows.splice(recorded.windows.indexOf(this), 1)
    if (recorded.windows.length === 0) app.emit('window-all-closed')
  }
}

export const ipcMain = {
  handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
  removeHandler: (channel: string) => void handlers.delete(channel),
}

/** What a page at `url` gets for an invocation; Fino's own window unless told otherwise. */
export async function invokeFrom(frame: { url: string; parent: unknown }, channel: string, ...parameters: unknown[]) {
  const handler = handlers.get(channel)
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
  return structuredClone(await handler({ senderFrame: frame }, ...structuredClone(parameters)))
}

export const ipcRenderer = {
  invoke: (channel: string, ...parameters: unknown[]) =>
    invokeFrom({ url: recorded.windows[0]?.url ?? '', parent: null }, channel, ...parameters),
  on: (channel: string, listener: Listener) => void renderer.on(channel, listener),
  removeListener: (channel: string, listener: Listener) => void renderer.removeListener(channel, listener),
}

export const contextBridge = {
  exposeInMainWorld: (name: string, value: unknown) => {
    recorded.exposed[name] = value
  },
}

export const webUtils = { getPathForFile: (file: { path?: string }) => file.path ?? '' }
export const shell = { showItemInFolder: () => undefined }
export const dialog = {
  showOpenDialog: async () => recorded.dialogAnswers.shift() ?? { canceled: true, filePaths: [] },
  showErrorBox: (_title: string, content: string) => void recorded.errorBoxes.push(content),
}
export const Menu = { buildFromTemplate: (template: unknown) => template, setApplicationMenu: () => undefined }
export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
    void recorded.protocols.set(scheme, handler),
}
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: (typeof recorded.permissionHandlers)[number]) =>
      void recorded.permissionHandlers.push(handler),
    webRequest: {
      onBeforeRequest: (filter: (typeof recorded.requestFilters)[number]) => void recorded.requestFilters.push(filter),
    },
  },
}
