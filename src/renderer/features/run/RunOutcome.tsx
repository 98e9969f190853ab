/** How a run ended, and the way on: to its result, or back to work. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../../shared/run'
import { FailureNotice } from '../../components/FailureNotice'
import { Figure } from '../../components/Figure'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { navigate, repeatRoute } from '../../lib/routes'
import { scoresOf, writeScore } from '../../lib/scores'

export function RunOutcome({ run, onResult }: { run: Run; onResult(): void }) {
  if (run.result !== null) return <Done run={run} onResult={onResult} />
  return <Undone run={run} />
}

function Done({ run, onResult }: { run: Run; onResult(): void }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (run.result === null) return null
  const { test, seconds, steps, tokensPerSecond } = run.result
  return (
    <section className="fino-card" aria-label={t('run.doneTitle')}>
      <Group justify="space-between" align="center">
        <Group gap={48}>
          {scoresOf(test)
            .slice(0, 2)
            .map((score) => (
              <Figure key={score.name} label={t(`result.scores.${score.name}`)} value={writeScore(score, format)} />
            ))}
          <Figure label={t('run.elapsed')} value={format.duration(seconds)} />
          <Figure label={t('run.steps')} value={format.number(steps)} />
          <Figure
            label={t('run.speed')}
            value={t('run.tokensPerSecond', { formatted: format.number(tokensPerSecond) })}
          />
        </Group>
        <Group gap="xs">
          {run.resumable && <ResumeButton run={run} quiet />}
          <Button size="md" onClick={onResult}>
            {t('run.seeResult')}
          </Button>
        </Group>
      </Group>
    </section>
  )
}

function Undone({ run }: { run: Run }) {
  const { t } = useTranslation()
  if (run.failure !== null) {
    return (
      <FailureNotice failure={run.failure}>
        {run.resumable && <ResumeButton run={run} />}
        <RepeatButton run={run} />
      </FailureNotice>
    )
  }
  const interrupted = run.status === 'interrupted'
  return (
    <Alert
      color={interrupted ? 'amber' : 'gray'}
      title={interrupted ? t('run.interruptedTitle') : t('run.cancelledTitle')}
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{interrupted ? t('run.interruptedBody') : t('run.cancelledBody')}</Text>
        <Group gap="xs">
          {run.resumable && <ResumeButton run={run} />}
          <RepeatButton run={run} />
        </Group>
      </Stack>
    </Alert>
  )
}

function RepeatButton({ run }: { run: Run }) {
  const { t } = useTranslation()
  return (
    <Button size="sm" variant="default" onClick={() => navigate(repeatRoute(run))}>
      {t('run.repeat')}
    </Button>
  )
}

/** In a row of buttons; what it has to say stands in a line of its own below them. */
function ResumeButton({ run, quiet = false }: { run: Run; quiet?: boolean }) {
  const { t } = useTranslation()
  const format = useFormat()
  const resuming = useAction(() => call('runs:resume', { id: run.id }))
  const history = useQuery('runs:history', { id: run.id }, ['runs:changed']).value
  const step = history?.checkpoint?.step
  return (
    <>
      <Button
        variant={quiet ? 'default' : 'filled'}
        title={t('run.resumeHint')}
        leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
        loading={resuming.busy}
        onClick={() => void resuming.run()}
      >
        {t('run.resume')}
      </Button>
      {history !== undefined && !quiet && (
        <Text size="xs" c="dimmed" style={below}>
          {step === undefined ? t('run.resumeFromStart') : t('run.resumeFrom', { step: format.number(step) })}
        </Text>
      )}
      {resuming.failure !== undefined && (
        <div style={below}>
          <FailureNotice failure={resuming.failure} />
        </div>
      )}
    </>
  )
}

const below = { order: 1, flexBasis: '100%' } as const
