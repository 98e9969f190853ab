/** Where a run is: its phases, the share of this phase, the time still to go, and what it uses. */
import { Group, Progress as ProgressBar, SimpleGrid, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type Progress, type Run, type RunPhase, runPhases } from '../../../shared/run'
import { Figure } from '../../components/Figure'
import { useDeviceText } from '../../lib/device-text'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { useSession } from '../../lib/session'

interface ProgressCardProps {
  run: Run
  progress: Progress | null
  actions: ReactNode
}

export function ProgressCard({ run, progress, actions }: ProgressCardProps) {
  const { t } = useTranslation()
  const { host } = useSession()
  return (
    <section className="fino-card" aria-label={t('run.title')}>
      <Stack gap="lg">
        {run.status === 'queued' ? <QueueNotice id={run.id} /> : <RunningNotice run={run} progress={progress} />}
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" c="dimmed">
            {host.kind === 'browser' ? t('run.leaveBrowser') : t('run.leave')}
          </Text>
          {actions}
        </Group>
      </Stack>
    </section>
  )
}

function QueueNotice({ id }: { id: string }) {
  const { t } = useTranslation()
  const runs = useQuery('runs:list', null, ['runs:changed'])
  const waiting = (runs.value ?? [])
    .filter((run) => run.status === 'queued')
    .toSorted((left, right) => left.createdAt.localeCompare(right.createdAt))
  const position = waiting.findIndex((run) => run.id === id) + 1
  return (
    <Stack gap={4}>
      <Text fw={650} size="xl">
        {position > 0 ? t('run.queuePosition', { position }) : t('run.status.queued')}
      </Text>
      <Text c="dimmed">{t('run.queueHint')}</Text>
    </Stack>
  )
}

function RunningNotice({ run, progress }: { run: Run; progress: Progress | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const deviceText = useDeviceText()
  const phase = progress?.phase ?? 'loading'
  const speed = progress?.tokensPerSecond
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div aria-live="polite">
          <Text fw={650} size="xl">
            {t(`run.phases.${phase}`)}
          </Text>
          <Text c="dimmed">
            {progress === null || progress.remainingSeconds === null
              ? t('run.remainingUnknown')
              : t('run.remaining', { time: format.roughly(progress.remainingSeconds) })}
          </Text>
        </div>
        {progress !== null && progress.totalSteps > 0 && (
          <Text size="sm" c="dimmed">
            {t('run.stepOf', { step: format.number(progress.step), total: format.number(progress.totalSteps) })} ·{' '}
            {t('run.epoch', { epoch: format.number(progress.epoch, 1) })}
          </Text>
        )}
      </Group>
      <ProgressBar
        value={(progress?.phaseShare ?? 0) * 100}
        size="lg"
        aria-label={t('run.progress')}
        transitionDuration={200}
      />
      {progress?.smallerBatch !== undefined && (
        <Text size="sm">{t('run.smallerBatch', { count: progress.smallerBatch })}</Text>
      )}
      {progress?.recomputeLayers && <Text size="sm">{t('run.recomputeLayers')}</Text>}
      <Phases run={run} now={phase} share={progress?.phaseShare ?? 0} />
      <SimpleGrid cols={4} spacing="lg">
        <Figure
          label={t('run.elapsed')}
          value={progress === null ? undefined : format.duration(progress.elapsedSeconds)}
        />
        <Figure
          label={t('run.speed')}
          value={
            progress === null
              ? undefined
              : speed === null || speed === undefined
                ? '–'
                : t('run.tokensPerSecond', { formatted: format.number(speed) })
          }
        />
        <Figure label={t('run.memory')} value={progress === null ? undefined : format.bytes(progress.memoryBytes)} />
        <Figure
          label={t('run.device')}
          value={t(`strategy.backends.${run.backend ?? run.recipe.backend}`)}
          hint={run.device === null ? undefined : deviceText(run.device)}
        />
      </SimpleGrid>
    </Stack>
  )
}

function Phases({ run, now, share }: { run: Run; now: Progress['phase']; share: number }) {
  const { t } = useTranslation()
  // All layers of a model that is adapted learn: nothing is frozen.
  const phases: readonly RunPhase[] =
    run.adaptation === null ? runPhases : runPhases.filter((phase) => phase !== 'caching')
  const current = phases.indexOf(now)
  return (
    <ol className="fino-phases" aria-label={t('run.phasesLabel')}>
      {phases.map((phase, index) => {
        const state = index < current ? 'done' : index === current ? 'now' : 'later'
        const filled = state === 'done' ? 1 : state === 'now' ? share : 0
        return (
          <li key={phase} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <div className="fino-bar" aria-hidden>
              <span style={{ width: `${filled * 100}%` }} />
            </div>
            {t(`run.phasesShort.${phase}`)}
          </li>
        )
      })}
    </ol>
  )
}
