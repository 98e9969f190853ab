/** A run while it runs, and what remains to be seen of it afterwards: phases, progress, curves, stop and resume. */
import { Skeleton, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { RunStatus } from '../../components/RunStatus'
import { useFormat } from '../../lib/format'
import { useMethod } from '../../lib/method'
import { useRun } from '../../lib/watch-run'
import { CurvesCard } from './CurvesCard'
import { ProgressCard } from './ProgressCard'
import { RunActions } from './RunActions'
import { RunOutcome } from './RunOutcome'

interface RunPanelProps {
  id: string
  /** Leads to the result, once there is one. */
  onResult(): void
}

export function RunPanel({ id, onResult }: RunPanelProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const method = useMethod()
  const { run, failure, curves, progress, ready } = useRun(id)
  if (run === undefined) {
    return failure === undefined ? (
      <Stack>
        <Skeleton height={64} />
        <CardSkeletons count={2} height={220} />
      </Stack>
    ) : (
      <FailureNotice failure={failure} />
    )
  }
  const what = [method(run), run.modelName, run.datasetName].filter((part) => part !== '').join(' · ')
  const created = t('run.created', { date: format.dateTime(run.createdAt) })
  const alive = run.status === 'running' || run.status === 'queued'
  return (
    <Page
      title={run.name}
      intro={run.name === what ? created : `${what} · ${created}`}
      actions={<RunStatus status={run.status} />}
    >
      {alive ? (
        <ProgressCard run={run} progress={progress} actions={<RunActions run={run} />} />
      ) : (
        <RunOutcome run={run} onResult={onResult} />
      )}
      {(run.status === 'running' || Object.keys(curves).length > 0) && (
        <CurvesCard kind={run.problem.kind} curves={curves} alive={alive} ready={ready} />
      )}
      <EquivalentCommand command={run.resumable && !alive ? `fino resume ${run.id}` : 'fino runs'} />
    </Page>
  )
}
