/** Putting a trained model to work: one text, a whole spreadsheet, an export. */
import { Button, Stack } from '@mantine/core'
import { IconWand } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../../shared/run'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EmptyNotice } from '../../components/EmptyNotice'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useQuery } from '../../lib/query'
import { ExportCard } from './ExportCard'
import { LabelFileCard } from './LabelFileCard'
import { TryTextCard } from './TryTextCard'

interface UsePanelProps {
  id: string
  onRun(): void
}

export function UsePanel({ id, onRun }: UsePanelProps) {
  const { t } = useTranslation()
  const record = useQuery('runs:get', { id }, ['runs:changed'])
  const run = record.value
  return (
    <Page title={t('use.title')} intro={run?.name ?? ' '}>
      <FailureNotice failure={record.failure} retry={record.reload} />
      {run === undefined && record.failure === undefined && <CardSkeletons count={3} height={220} />}
      {run !== undefined && run.result === null && (
        <EmptyNotice
          icon={<IconWand size={40} stroke={1.2} />}
          title={t('result.none')}
          hint={t('result.noneHint')}
          action={<Button onClick={onRun}>{t('steps.toRun')}</Button>}
        />
      )}
      {run !== undefined && run.result !== null && <Tools run={run} />}
    </Page>
  )
}

function Tools({ run }: { run: Run }) {
  return (
    <Stack gap="lg" key={run.id}>
      <TryTextCard run={run} />
      <LabelFileCard run={run} />
      <ExportCard run={run} />
    </Stack>
  )
}
