/** Choose one of the trained models and put it to work. */
import { Button, Select, Skeleton, Stack } from '@mantine/core'
import { IconWand } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Metrics } from '../../../shared/result'
import { EmptyNotice } from '../../components/EmptyNotice'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useQuery } from '../../lib/query'
import { navigate } from '../../lib/routes'
import { useHeadline } from '../../lib/scores'
import { UsePanel } from './UsePanel'

export function UseScreen({ runId }: { runId: string | null }) {
  const { t } = useTranslation()
  const headline = useHeadline()
  const written = (metrics: Metrics) => {
    const { figure, name } = headline(metrics)
    return `${name} ${figure}`
  }
  const runs = useQuery('runs:list', null, ['runs:changed'])
  const usable = (runs.value ?? [])
    .filter((run) => run.result !== null && run.adaptation === null)
    .toSorted((left, right) => right.createdAt.localeCompare(left.createdAt))
  const adapts = runs.value?.some(({ id, adaptation }) => id === runId && adaptation !== null)
  const chosen = (adapts ? null : runId) ?? usable[0]?.id ?? null
  if (runs.value === undefined || usable.length === 0) {
    return (
      <Page title={t('use.pickTitle')} intro={t('use.pickIntro')}>
        <FailureNotice failure={runs.failure} retry={runs.reload} />
        {runs.value === undefined && runs.failure === undefined && <Skeleton height={240} radius="lg" />}
        {runs.value !== undefined && (
          <EmptyNotice
            icon={<IconWand size={40} stroke={1.2} />}
            title={t('use.empty')}
            hint={t('use.emptyHint')}
            action={
              <Button onClick={() => navigate({ screen: 'new', step: 'data', draft: {} })}>
                {t('app.newFinetuning')}
              </Button>
            }
          />
        )}
      </Page>
    )
  }
  return (
    <Stack gap="xl">
      <Select
        label={t('use.pick')}
        data={usable.map((run) => ({
          value: run.id,
          label: run.result === null ? run.name : `${run.name} · ${written(run.result.test)}`,
        }))}
        value={chosen}
        onChange={(id) => id !== null && navigate({ screen: 'use', run: id })}
        maw={620}
        searchable
      />
      {chosen !== null && (
        <UsePanel key={chosen} id={chosen} onRun={() => navigate({ screen: 'run', id: chosen, view: 'run' })} />
      )}
    </Stack>
  )
}
