/** What is to be learned: how often each label occurs, how numbers are spread, or how a row looks to the model. */
import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DataReport, Dataset } from '../../../shared/dataset'
import { defaultTemplate } from '../../../shared/problem'
import { BarList } from '../../components/BarList'
import { Card } from '../../components/Card'
import { Histogram } from '../../components/Histogram'
import { TemplatedRow } from '../../components/TemplatedRow'
import { useFormat } from '../../lib/format'

interface TargetCardProps {
  dataset: Dataset
  report: DataReport
  /** Instruction: as chosen for this run, else the usual one. */
  template: string | undefined
}

export function TargetCard({ dataset, report, template }: TargetCardProps) {
  const { t } = useTranslation()
  switch (dataset.task) {
    case 'classification':
      return <LabelBalance dataset={dataset} report={report} />
    case 'regression':
      return <Numbers dataset={dataset} report={report} />
    case 'instruction': {
      const row = report.sample[0]
      return (
        <Card title={t('check.asSeen')} hint={t('strategy.template.learned')}>
          {row !== undefined && (
            <TemplatedRow template={template ?? defaultTemplate} prompt={row.text} response={row.target} />
          )}
        </Card>
      )
    }
    default:
      return dataset.task satisfies never
  }
}

function LabelBalance({ dataset, report }: Pick<TargetCardProps, 'dataset' | 'report'>) {
  const { t } = useTranslation()
  const format = useFormat()
  const most = Math.max(1, ...report.labels.map(({ rows }) => rows))
  return (
    <Card title={t('check.balance')} hint={t('check.balanceHint')}>
      <BarList
        label={t('check.balance')}
        bars={report.labels.map(({ label, rows }) => ({
          name: label,
          share: rows / most,
          text: `${format.number(rows)} · ${format.percentInColumn(rows / Math.max(1, dataset.rows))}`,
        }))}
      />
    </Card>
  )
}

function Numbers({ dataset, report }: Pick<TargetCardProps, 'dataset' | 'report'>) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Card title={t('check.numbers')} hint={t('check.numbersHint')}>
      <Histogram
        label={t('check.numbersLabel')}
        bins={report.targets}
        {...(dataset.numbers === null ? {} : { line: dataset.numbers.mean })}
        binLabel={(bin) =>
          t('check.numberBin', {
            from: format.significant(bin.from),
            to: format.significant(bin.to),
            rows: format.number(bin.rows),
          })
        }
      />
      {dataset.numbers !== null && (
        <Text size="sm" c="dimmed">
          {t('check.numbersMean', {
            mean: format.measure(dataset.numbers.mean),
            deviation: format.measure(dataset.numbers.deviation),
          })}
        </Text>
      )}
    </Card>
  )
}
