/** Every run, newest first. */
import { Anchor, Button, Skeleton, Table, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Metrics } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { EmptyNotice } from '../../components/EmptyNotice'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { RunStatus } from '../../components/RunStatus'
import { useFormat } from '../../lib/format'
import { useMethod } from '../../lib/method'
import { useQuery } from '../../lib/query'
import { hashOf, navigate } from '../../lib/routes'
import { useHeadline } from '../../lib/scores'
import { RunMenu } from './RunMenu'

export function RunsScreen() {
  const { t } = useTranslation()
  const runs = useQuery('runs:list', null, ['runs:changed'])
  const sorted = runs.value?.toSorted((left, right) => right.createdAt.localeCompare(left.createdAt))
  return (
    <Page title={t('runs.title')} intro={t('runs.intro')}>
      <FailureNotice failure={runs.failure} retry={runs.reload} />
      {sorted === undefined && runs.failure === undefined && <Skeleton height={280} radius="lg" />}
      {sorted?.length === 0 && (
        <EmptyNotice
          icon={<IconHistory size={40} stroke={1.2} />}
          title={t('runs.empty')}
          hint={t('runs.emptyHint')}
          action={
            <Button onClick={() => navigate({ screen: 'new', step: 'data', draft: {} })}>
              {t('app.newFinetuning')}
            </Button>
          }
        />
      )}
      {sorted !== undefined && sorted.length > 0 && (
        <div className="fino-card fino-scroll" style={{ padding: '10px 12px' }}>
          <Table className="fino-table" aria-label={t('runs.title')} highlightOnHover verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('runs.name')}</Table.Th>
                <Table.Th>{t('runs.status')}</Table.Th>
                <Table.Th>{t('runs.strategy')}</Table.Th>
                <Table.Th>{t('runs.data')}</Table.Th>
                <Table.Th className="fino-number">{t('runs.score')}</Table.Th>
                <Table.Th className="fino-number">{t('runs.time')}</Table.Th>
                <Table.Th aria-label={t('common.actions')} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sorted.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Page>
  )
}

function RunRow({ run }: { run: Run }) {
  const format = useFormat()
  const method = useMethod()
  return (
    <Table.Tr>
      <Table.Td maw={300}>
        <Anchor
          href={hashOf({ screen: 'run', id: run.id, view: null })}
          fw={600}
          c="var(--fino-ink)"
          truncate
          display="block"
          title={run.name}
        >
          {run.name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {[run.modelName, format.dateTime(run.createdAt)].filter((part) => part !== '').join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <RunStatus status={run.status} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{method(run)}</Table.Td>
      <Table.Td maw={180}>
        <Text size="sm" truncate title={run.datasetName}>
          {run.datasetName}
        </Text>
      </Table.Td>
      <Table.Td className="fino-number">{run.result === null ? '–' : <Headline metrics={run.result.test} />}</Table.Td>
      <Table.Td className="fino-number" style={{ whiteSpace: 'nowrap' }}>
        {run.result === null ? '–' : format.duration(run.result.seconds)}
      </Table.Td>
      <Table.Td>
        <RunMenu run={run} />
      </Table.Td>
    </Table.Tr>
  )
}

function Headline({ metrics }: { metrics: Metrics }) {
  const { figure, name } = useHeadline()(metrics)
  return (
    <>
      <Text size="sm" fw={600}>
        {figure}
      </Text>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
    </>
  )
}
