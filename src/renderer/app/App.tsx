/** The whole window: providers around the shell, preferences applied as they change. */
import { MantineProvider, useMantineColorScheme } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { useEffect, useMemo, useState } from 'react'
import type { CommandOutput, Settings } from '../../shared/contract'
import { call } from '../lib/api'
import { SessionContext } from '../lib/session'
import { changeLanguage, languageOf } from './language/language'
import { Shell } from './Shell'
import { theme } from './theme'

interface AppProps {
  host: CommandOutput<'host:describe'>
  settings: Settings
}

export function App({ host, settings: first }: AppProps) {
  const [settings, setSettings] = useState(first)
  const session = useMemo(
    () => ({
      host,
      settings,
      async changeSettings(change: Partial<Settings>) {
        const next = await call('settings:set', change)
        await changeLanguage(languageOf(next.language, host.systemLanguage))
        setSettings(next)
      },
    }),
    [host, settings],
  )
  return (
    <MantineProvider theme={theme} defaultColorScheme={first.colorScheme}>
      <ColorScheme scheme={settings.colorScheme} />
      <Notifications position="bottom-right" />
      <SessionContext value={session}>
        <Shell />
      </SessionContext>
    </MantineProvider>
  )
}

function ColorScheme({ scheme }: { scheme: Settings['colorScheme'] }) {
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    setColorScheme(scheme)
  }, [scheme, setColorScheme])
  return null
}
