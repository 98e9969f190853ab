/** The window's frame: the rail at the left, the screen that the address names beside it. */
import { Alert } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { DataScreen } from '../features/data/DataScreen'
import { ModelsScreen } from '../features/models/ModelsScreen'
import { RunsScreen } from '../features/runs/RunsScreen'
import { SettingsScreen } from '../features/settings/SettingsScreen'
import { UseScreen } from '../features/use/UseScreen'
import { pageConnection } from '../lib/connection'
import { type Route, useRoute } from '../lib/routes'
import { Rail } from './Rail'
import { RunScreen } from './RunScreen'
import { ScreenBoundary } from './ScreenBoundary'
import { Wizard } from './Wizard'

export function Shell() {
  const { t } = useTranslation()
  const route = useRoute()
  const main = useRef<HTMLElement>(null)
  const place = placeOf(route)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new place starts at its top
  useEffect(() => {
    main.current?.scrollTo({ top: 0, behavior: 'instant' })
  }, [place])

  return (
    <div className="fino-shell">
      {/* A link to "#content" would overwrite the route in the address. */}
      <button type="button" className="fino-skip" onClick={() => main.current?.focus()}>
        {t('app.skip')}
      </button>
      <Rail route={route} />
      <main ref={main} className="fino-main" tabIndex={-1}>
        <ConnectionBanner />
        <ScreenBoundary key={place}>
          <Screen route={route} />
        </ScreenBoundary>
      </main>
    </div>
  )
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case 'new':
      return <Wizard step={route.step} draft={route.draft} />
    case 'run':
      return <RunScreen id={route.id} view={route.view} />
    default:
      return (
        <div className="fino-content">
          <PlainScreen route={route} />
        </div>
      )
  }
}

function PlainScreen({ route }: { route: Exclude<Route, { screen: 'new' | 'run' }> }) {
  switch (route.screen) {
    case 'data':
      return <DataScreen />
    case 'models':
      return <ModelsScreen />
    case 'runs':
      return <RunsScreen />
    case 'use':
      return <UseScreen runId={route.run} />
    case 'settings':
      return <SettingsScreen />
    default:
      return route satisfies never
  }
}

function ConnectionBanner() {
  const { t } = useTranslation()
  const state = useSyncExternalStore(pageConnection.subscribe, pageConnection.state)
  if (state !== 'lost') return null
  return (
    <Alert
      role="alert"
      color="amber"
      radius={0}
      icon={<IconPlugConnectedX size={18} />}
      style={{ position: 'sticky', top: 0, zIndex: 30 }}
    >
      {t('app.connectionLost')}
    </Alert>
  )
}

/** Two routes in the same place differ only in details of one screen. */
function placeOf(route: Route): string {
  switch (route.screen) {
    case 'new':
      return `new/${route.step}`
    case 'run':
      return `run/${route.id}/${route.view}`
    default:
      return route.screen
  }
}
