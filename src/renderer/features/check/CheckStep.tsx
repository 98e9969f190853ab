/** Second step: what was found in the data, how long the texts are, how they are split. */
import { Alert, Badge, Group, SimpleGrid, Skeleton, Stack, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DataReport, Dataset } from '../../../shared/dataset'
import { BarList } from '../../components/BarList'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Figure } from '../../components/Figure'
import { Page } from '../../components/Page'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { quoted } from '../../lib/recipe-changes'
import { FindingList } from './FindingList'
import { LengthCard } from './LengthCard'
import { SplitCard } from './SplitCard'

const samplesShown = 8

interface CheckStepProps {
  datasetId: string
  /** Whose tokens are counted; the starter's where none is chosen yet. */
  modelId: string | undefined
  maxLength: number | undefined
  onMaxLength(maxLength: number): void
}

export function CheckStep({ datasetId, modelId, maxLength, onMaxLength }: CheckStepProps) {
  const { t } = useTranslation()
  const dataset = useQuery('datasets:get', { id: datasetId }, ['datasets:changed'])
  const report = useQuery('datasets:report', { id: datasetId, ...(modelId === undefined ? {} : { modelId }) }, [
    'datasets:changed',
  ])

  return (
    <Page title={t('check.title')} intro={dataset.value === undefined ? ' ' : t('check.intro', dataset.value)}>
      <FailureNotice failure={dataset.failure ?? report.failure} retry={report.reload} />
      {report.failure === undefined && dataset.failure === undefined && (
        <>
          <Overview dataset={dataset.value} report={report.value} />
          {report.value === undefined || dataset.value === undefined ? (
            <CardSkeletons count={4} height={260} columns={2} />
          ) : (
            <Report dataset={dataset.value} report={report.value} maxLength={maxLength} onMaxLength={onMaxLength} />
          )}
        </>
      )}
    </Page>
  )
}

interface ReportProps {
  dataset: Dataset
  report: DataReport
  maxLength: number | undefined
  onMaxLength(maxLength: number): void
}

function Report({ dataset, report, maxLength, onMaxLength }: ReportProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const most = Math.max(1, ...report.labels.map(({ rows }) => rows))
  const all = Math.max(
    1,
    report.labels.reduce((sum, { rows }) => sum + rows, 0),
  )
  return (
    <Stack gap="lg">
      <Verdict report={report} />
      <SimpleGrid cols={2} spacing="lg">
        <Card title={t('check.findings')}>
          <FindingList findings={report.findings} />
        </Card>
        <Card title={t('check.balance')} hint={t('check.balanceHint')}>
          <BarList
            label={t('check.balance')}
            bars={report.labels.map(({ label, rows }) => ({
              name: label,
              share: rows / most,
              text: `${format.number(rows)} · ${format.percentInColumn(rows / all)}`,
            }))}
          />
        </Card>
      </SimpleGrid>
      {report.tokens !== null && <LengthCard tokens={report.tokens} maxLength={maxLength} onMaxLength={onMaxLength} />}
      <SplitCard dataset={dataset} report={report} />
      <Card title={t('check.sample')} hint={t('check.sampleHint')}>
        <Table className="fino-table" aria-label={t('check.sample')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>{t('common.row')}</Table.Th>
              <Table.Th>{t('common.text')}</Table.Th>
              <Table.Th>{t('common.label')}</Table.Th>
              <Table.Th>{t('check.split')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.sample.slice(0, samplesShown).map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td c="dimmed">{row.id}</Table.Td>
                <Table.Td>
                  <span className="fino-clamp">{row.text}</span>
                </Table.Td>
                <Table.Td fw={600}>{row.target}</Table.Td>
                <Table.Td c="dimmed">{t(`common.${row.split}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
      <EquivalentCommand
        command={`fino import ${quoted(dataset.fileName)} --text ${quoted(dataset.textColumn)} --target ${quoted(dataset.targetColumn)} --json`}
      />
    </Stack>
  )
}

function Verdict({ report }: { report: DataReport }) {
  const { t } = useTranslation()
  const failed = report.findings.filter(({ level }) => level === 'fail').length
  const warned = report.findings.filter(({ level }) => level === 'warn').length
  if (failed > 0) return <Alert color="brick">{t('check.summaryFail', { count: failed })}</Alert>
  if (warned > 0) return <Alert color="amber">{t('check.summaryWarn', { count: warned })}</Alert>
  return <Alert color="moss">{t('check.summaryPass')}</Alert>
}

function Overview({ dataset, report }: { dataset: Dataset | undefined; report: DataReport | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const length =
    report === undefined
      ? undefined
      : report.tokens === null
        ? t('check.characters', { formatted: format.number(report.characters.median) })
        : t('check.tokens', { formatted: format.number(report.tokens.median) })
  return (
    <div className="fino-card">
      <SimpleGrid cols={4} spacing="lg">
        <Figure label={t('check.texts')} value={dataset && format.number(dataset.rows)} />
        <Figure label={t('check.labels')} value={dataset && format.number(dataset.labels.length)} />
        <Figure label={t('check.medianLength')} value={length} />
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <Figure label={t('check.duplicates')} value={report && format.number(report.duplicates.rows)} />
          {report === undefined ? (
            <Skeleton height={20} width={90} />
          ) : (
            report.duplicates.acrossSplits > 0 && (
              <Badge color="amber">
                {t('check.duplicatesAcross', { formatted: format.number(report.duplicates.acrossSplits) })}
              </Badge>
            )
          )}
        </Group>
      </SimpleGrid>
    </div>
  )
}
