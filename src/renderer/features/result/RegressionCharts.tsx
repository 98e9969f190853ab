/** Predicted against true numbers, and how far off the predictions are: a lean to one side shows at once. */
import { SimpleGrid, Skeleton, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ScoredRow } from '../../../shared/result'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { Histogram } from '../../components/Histogram'
import { ScatterPlot } from '../../components/ScatterPlot'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { binsOf } from '../../lib/scale'

/** As many as one question answers. */
const limit = 500
const height = 340
const residualBins = 12
/** A mean residual below this share of the mean absolute one is no lean. */
const leanShare = 0.25

export function RegressionCharts({ runId }: { runId: string }) {
  const { t } = useTranslation()
  const rows = useQuery('runs:test-rows', { id: runId, limit })
  const shown = rows.value?.rows
  return (
    <SimpleGrid cols={2} spacing="lg">
      <Card title={t('result.scatter')} hint={t('result.scatterHint')}>
        <FailureNotice failure={rows.failure} retry={rows.reload} />
        {shown === undefined ? <Skeleton height={height} /> : <Scatter rows={shown} />}
      </Card>
      <Card title={t('result.residuals')} hint={t('result.residualsHint')}>
        {shown === undefined ? <Skeleton height={height} /> : <Residuals rows={shown} />}
      </Card>
    </SimpleGrid>
  )
}

function Scatter({ rows }: { rows: readonly ScoredRow[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <ScatterPlot
      label={t('result.scatter')}
      xLabel={t('result.truth')}
      yLabel={t('result.predicted')}
      points={rows.map((row) => ({
        key: row.id,
        x: Number(row.target),
        y: Number(row.predicted),
        title: t('result.scatterPoint', {
          row: row.id,
          truth: format.significant(Number(row.target)),
          predicted: format.significant(Number(row.predicted)),
        }),
      }))}
    />
  )
}

function Residuals({ rows }: { rows: readonly ScoredRow[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const residuals = rows.map((row) => Number(row.predicted) - Number(row.target))
  const mean = average(residuals)
  const spread = average(residuals.map(Math.abs))
  const lean = Math.abs(mean) < leanShare * spread ? 'even' : mean < 0 ? 'low' : 'high'
  return (
    <>
      <Histogram
        label={t('result.residuals')}
        bins={binsOf(residuals, residualBins)}
        line={0}
        height={height - 38}
        binLabel={(bin) =>
          t('result.residualBin', {
            from: format.significant(bin.from),
            to: format.significant(bin.to),
            rows: format.number(bin.rows),
          })
        }
      />
      <Text size="sm" c="dimmed">
        {t('result.residualMean', { mean: format.measure(mean), lean: t(`result.leans.${lean}`) })}
      </Text>
    </>
  )
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
