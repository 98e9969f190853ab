/** Second step: what was found in the data, how long the texts are, how they are split. */
import { Alert, Badge, Group, SimpleGrid, Skeleton, Stack, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DataReport, Dataset, ImportOptions } from '../../../shared/dataset'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Figure } from '../../components/Figure'
import { Page } from '../../components/Page'
import { TargetFigure } from '../../components/TargetFigure'
import { useFormat } from '../../lib/format'
import { importCommand } from '../../lib/import-command'
import { useQuery } from '../../lib/query'
import { FindingList } from './FindingList'
import { LengthCard } from './LengthCard'
import { SplitCard } from './SplitCard'
import { TargetCard } from './TargetCard'

const samplesShown = 8

interface CheckStepProps {
  datasetId: string
  /** Whose tokens are counted; the starter's where none is chosen yet. */
  modelId: string | undefined
  template: string | undefined
  maxLength: number | undefined
  onMaxLength(maxLength: number): void
}

export function CheckStep({ datasetId, modelId, template, maxLength, onMaxLength }: CheckStepProps) {
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
            <Report
              dataset={dataset.value}
              report={report.value}
              template={template}
              maxLength={maxLength}
              onMaxLength={onMaxLength}
            />
          )}
        </>
      )}
    </Page>
  )
}

interface ReportProps {
  dataset: Dataset
  report: DataReport
  template: string | undefined
  maxLength: number | undefined
  onMaxLength(maxLength: number): void
}

function Report({ dataset, report, template, maxLength, onMaxLength }: ReportProps) {
  const { t } = useTranslation()
  const answers = dataset.task === 'instruction'
  const separator = dataset.labelSeparator
  return (
    <Stack gap="lg">
      <Verdict report={report} />
      <SimpleGrid cols={2} spacing="lg">
        <Card title={t('check.findings')}>
          <FindingList findings={report.findings} />
        </Card>
        <TargetCard dataset={dataset} report={report} template={template} />
      </SimpleGrid>
      {report.tokens !== null && (
        <LengthCard answers={answers} tokens={report.tokens} maxLength={maxLength} onMaxLength={onMaxLength} />
      )}
      <SplitCard dataset={dataset} report={report} />
      <Card title={t('check.sample')} hint={t('check.sampleHint')}>
        <Table className="fino-table" aria-label={t('check.sample')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>{t('common.row')}</Table.Th>
              <Table.Th>{t(`data.roles.${dataset.task}.text`)}</Table.Th>
              <Table.Th {...(answers ? { w: '45%' } : {})}>{t(`data.roles.${dataset.task}.label`)}</Table.Th>
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
                <Table.Td fw={answers ? 400 : 600}>
                  <span className="fino-clamp">
                    {separator === null ? row.target : row.target.split(separator).join(', ')}
                  </span>
                </Table.Td>
                <Table.Td c="dimmed">{t(`common.${row.split}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
      <EquivalentCommand command={`${importCommand(dataset.fileName, optionsOf(dataset))} --json`} />
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
        <TargetFigure dataset={dataset} />
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

/** How this data set was imported. */
function optionsOf(dataset: Dataset): ImportOptions {
  const { task, textColumn, targetColumn, contextColumn, groupColumn, labelSeparator } = dataset
  return {
    task,
    textColumn,
    targetColumn,
    ...(contextColumn === null ? {} : { contextColumn }),
    ...(groupColumn === null ? {} : { groupColumn }),
    ...(labelSeparator === null ? {} : { labelSeparator }),
  }
}
