/** A run opened from the list: the same run, result and use as in the stepper. */
import { Anchor, Button, SegmentedControl } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { EmptyNotice } from '../components/EmptyNotice'
import { ResultPanel } from '../features/result/ResultPanel'
import { RunPanel } from '../features/run/RunPanel'
import { UsePanel } from '../features/use/UsePanel'
import { useQuery } from '../lib/query'
import { hashOf, navigate, type RunView, runViews } from '../lib/routes'

interface RunScreenProps {
  id: string
  /** Null: the result where there is one, else the run. */
  view: RunView | null
}

export function RunScreen({ id, view }: RunScreenProps) {
  const { t } = useTranslation()
  const record = useQuery('runs:get', { id }, ['runs:changed'])
  const finished = record.value !== undefined && record.value.result !== null
  const adapts = record.value !== undefined && record.value.adaptation !== null
  // An adapted model is finetuned before it is used.
  const views = adapts ? runViews.filter((known) => known !== 'use') : runViews
  const shown = views.find((known) => known === view) ?? (finished ? 'result' : 'run')
  const show = (next: RunView) => navigate({ screen: 'run', id, view: next })
  if (record.failure?.code === 'not-found') {
    return (
      <div className="fino-content">
        <EmptyNotice
          icon={<IconHistory size={40} stroke={1.2} />}
          title={t('runs.notFound')}
          hint={t('runs.notFoundHint')}
          action={<Button onClick={() => navigate({ screen: 'runs' })}>{t('runs.toRuns')}</Button>}
        />
      </div>
    )
  }
  return (
    <>
      <div className="fino-steps">
        <div
          style={{
            display: 'flex',
            alignItems: 'center',
            gap: 20,
            maxWidth: 'calc(var(--fino-content-width) + 80px)',
            margin: '0 auto',
            padding: '12px 40px',
          }}
        >
          <Anchor href={hashOf({ screen: 'runs' })} size="sm" fw={550}>
            {t('runs.toRuns')}
          </Anchor>
          <SegmentedControl
            size="sm"
            aria-label={t('runs.views')}
            value={shown}
            onChange={(next) => show(runViews.find((known) => known === next) ?? 'run')}
            data={views.map((value) => ({
              value,
              label: t(`steps.${value}`),
              disabled: value !== 'run' && !finished,
            }))}
          />
        </div>
      </div>
      <div className="fino-content">
        {record.value === undefined || shown === 'run' ? (
          <RunPanel id={id} onResult={() => show('result')} />
        ) : shown === 'result' ? (
          <ResultPanel id={id} onRun={() => show('run')} onUse={() => show('use')} />
        ) : (
          <UsePanel id={id} onRun={() => show('run')} />
        )}
      </div>
    </>
  )
}
