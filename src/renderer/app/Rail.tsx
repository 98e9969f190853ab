/** The way to every screen, the start of a new finetuning, and the run that is under way. */
import { Button, Group, Progress as ProgressBar, Stack, Text } from '@mantine/core'
import {
  IconBox,
  IconHistory,
  IconPlus,
  type IconProps,
  IconSettings,
  IconShieldLock,
  IconTable,
  IconWand,
} from '@tabler/icons-react'
import { type ComponentType, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Progress } from '../../shared/run'
import { listen } from '../lib/api'
import { useFormat } from '../lib/format'
import { skip, useQuery } from '../lib/query'
import { hashOf, navigate, type Route } from '../lib/routes'
import { Wordmark } from './Wordmark'

interface Place {
  name: 'data' | 'models' | 'runs' | 'use' | 'settings'
  icon: ComponentType<IconProps>
  route: Route
}

const places: readonly Place[] = [
  { name: 'data', icon: IconTable, route: { screen: 'data' } },
  { name: 'models', icon: IconBox, route: { screen: 'models' } },
  { name: 'runs', icon: IconHistory, route: { screen: 'runs' } },
  { name: 'use', icon: IconWand, route: { screen: 'use', run: null } },
  { name: 'settings', icon: IconSettings, route: { screen: 'settings' } },
]

export function Rail({ route }: { route: Route }) {
  const { t } = useTranslation()
  const screen = route.screen === 'run' ? 'runs' : route.screen
  return (
    <div className="fino-rail">
      <Group px={10}>
        <Wordmark />
      </Group>
      <Button
        size="md"
        leftSection={<IconPlus size={18} aria-hidden />}
        justify="flex-start"
        variant="light"
        aria-current={screen === 'new' ? 'page' : undefined}
        onClick={() => navigate({ screen: 'new', step: 'data', draft: {} })}
      >
        {t('app.newFinetuning')}
      </Button>
      <nav aria-label={t('app.navigation')}>
        <Stack gap={2} component="ul" className="fino-quiet-list">
          {places.map((place) => (
            <li key={place.name}>
              <a
                className="fino-nav-link"
                href={hashOf(place.route)}
                aria-current={screen === place.name ? 'page' : undefined}
              >
                <place.icon size={19} stroke={1.7} aria-hidden />
                {t(`app.${place.name}`)}
              </a>
            </li>
          ))}
        </Stack>
      </nav>
      <Stack mt="auto" gap="md">
        <RunningNow />
        <Group gap={8} wrap="nowrap" px={10} c="dimmed">
          <IconShieldLock size={16} stroke={1.6} aria-hidden style={{ flex: 'none' }} />
          <Text size="xs">{t('app.local')}</Text>
        </Group>
      </Stack>
    </div>
  )
}

function RunningNow() {
  const { t } = useTranslation()
  const format = useFormat()
  const runs = useQuery('runs:list', null, ['runs:changed'])
  const [live, setLive] = useState<{ id: string; progress: Progress } | null>(null)
  useEffect(() => listen('runs:progress', ({ id, progress }) => setLive({ id, progress })), [])
  const running = runs.value?.find(({ status }) => status === 'running')
  const waiting = runs.value?.filter(({ status }) => status === 'queued').length ?? 0
  const stored = useQuery('runs:history', running === undefined ? skip : { id: running.id })
  if (running === undefined) return null
  const progress = live?.id === running.id ? live.progress : (stored.value?.progress ?? null)
  return (
    <a
      href={hashOf({ screen: 'run', id: running.id, view: 'run' })}
      className="fino-card"
      style={{ display: 'block', padding: '12px 14px', color: 'inherit', textDecoration: 'none' }}
    >
      <Text size="xs" c="dimmed" fw={550}>
        {t('app.runningNow')}
      </Text>
      <Text size="sm" fw={600} truncate title={running.name}>
        {running.name}
      </Text>
      <ProgressBar
        value={(progress?.phaseShare ?? 0) * 100}
        size={5}
        my={8}
        aria-label={t(`run.phases.${progress?.phase ?? 'loading'}`)}
      />
      <Text size="xs" c="dimmed">
        {t(`run.phasesShort.${progress?.phase ?? 'loading'}`)}
        {progress !== null && progress.remainingSeconds !== null && ` · ${format.roughly(progress.remainingSeconds)}`}
      </Text>
      {waiting > 0 && (
        <Text size="xs" c="dimmed">
          {t('app.queued', { count: waiting })}
        </Text>
      )}
    </a>
  )
}
