/** The renderer's start: find the bridge, learn where we are and what the person prefers, then draw. */
import './lib/without-eval'

import '@mantine/core/styles.css'
import '@mantine/dropzone/styles.css'
import '@mantine/notifications/styles.css'
import './app/theme.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { languageOf, startLanguage } from './app/language/language'
import { call, connectBridge } from './lib/api'
import { createBrowserBridge, socketUrl } from './lib/browser-bridge'
import { pageConnection } from './lib/connection'

async function start(holder: HTMLElement): Promise<void> {
  connectBridge(window.fino ?? createBrowserBridge({ url: socketUrl(window.location), onState: pageConnection.set }))
  const root = createRoot(holder)
  try {
    const [host, settings] = await Promise.all([call('host:describe', null), call('settings:get', null)])
    const systemLanguage = host.kind === 'browser' ? navigator.language : host.systemLanguage
    const told = { ...host, systemLanguage }
    await startLanguage(languageOf(settings.language, systemLanguage))
    root.render(<App host={told} settings={settings} />)
  } catch {
    // Without an application there are no settings; the browser says that nothing answers, in its own language.
    const portuguese = navigator.language.startsWith('pt')
    holder.textContent = portuguese
      ? 'O Fino não responde. Verifique se ele ainda está em execução e recarregue esta página.'
      : 'Fino does not answer. Check that it is still running, then reload this page.'
    holder.setAttribute('role', 'alert')
    holder.style.padding = '3rem'
  }
}

const holder = document.getElementById('root')
if (holder !== null) void start(holder)
