/** What a finished run achieved: the verdict first, then scores, errors, costs and the recipe. */
import { Alert, Button, SimpleGrid, Skeleton, Stack } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Adaptation } from '../../../shared/adaptation'
import type { Metrics, RunResult } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EmptyNotice } from '../../components/EmptyNotice'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { ConfusionMatrix } from './ConfusionMatrix'
import { CostCard } from './CostCard'
import { DictionaryCard } from './DictionaryCard'
import { FinetuneAdapted } from './FinetuneAdapted'
import { NewModelCard } from './NewModelCard'
import { PerClassTable } from './PerClassTable'
import { RecipeCard } from './RecipeCard'
import { RegressionCharts } from './RegressionCharts'
import { SamplesCard } from './SamplesCard'
import { VerdictCard } from './VerdictCard'

/** More labels than these make a matrix that needs the whole width. */
const labelsBeside = 7

interface ResultPanelProps {
  id: string
  onRun(): void
  onUse(): void
}

export function ResultPanel({ id, onRun, onUse }: ResultPanelProps) {
  const { t } = useTranslation()
  const record = useQuery('runs:get', { id }, ['runs:changed'])
  const run = record.value
  if (run === undefined) {
    return record.failure === undefined ? (
      <Stack>
        <Skeleton height={64} />
        <CardSkeletons count={3} height={200} />
      </Stack>
    ) : (
      <FailureNotice failure={record.failure} retry={record.reload} />
    )
  }
  if (run.result === null) {
    return (
      <EmptyNotice
        icon={<IconChartBar size={40} stroke={1.2} />}
        title={t('result.none')}
        hint={t('result.noneHint')}
        action={<Button onClick={onRun}>{t('steps.toRun')}</Button>}
      />
    )
  }
  return run.adaptation === null ? (
    <Result run={run} result={run.result} onUse={onUse} />
  ) : (
    <AdaptationResult run={run} result={run.result} adaptation={run.adaptation} />
  )
}

function Result({ run, result, onUse }: { run: Run; result: RunResult; onUse(): void }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Page
      title={t('result.title')}
      intro={run.name}
      actions={
        <Button onClick={onUse} style={{ flex: 'none' }}>
          {t('result.use')}
        </Button>
      }
    >
      <VerdictCard run={run} result={result} />
      {result.leftOutTexts > 0 && (
        <Alert color="amber">
          {t('result.leftOut', {
            count: result.leftOutTexts,
            formatted: format.number(result.leftOutTexts),
            length: format.number(run.recipe.maxLength),
          })}
        </Alert>
      )}
      <Details run={run} test={result.test} />
      {run.recipe.strategy === 'dictionary' && <DictionaryCard run={run} />}
      <SamplesCard run={run} />
      <CostCard run={run} result={result} />
      <RecipeCard run={run} result={result} />
      <EquivalentCommand command="fino runs --json" />
    </Page>
  )
}

/** There is nothing to try, to label or to export: its way on is to be finetuned. */
function AdaptationResult({ run, result, adaptation }: { run: Run; result: RunResult; adaptation: Adaptation }) {
  const { t } = useTranslation()
  return (
    <Page
      title={t('result.adaptedTitle')}
      intro={run.name}
      actions={<FinetuneAdapted run={run} helped={result.test.loss < result.naive.loss} />}
    >
      <VerdictCard run={run} result={result} />
      <NewModelCard run={run} adaptation={adaptation} />
      <CostCard run={run} result={result} />
      <RecipeCard run={run} result={result} />
      <EquivalentCommand command="fino runs --json" />
    </Page>
  )
}

/** Where it errs, by the kind of its problem. */
function Details({ run, test }: { run: Run; test: Metrics }) {
  const { t } = useTranslation()
  switch (test.kind) {
    case 'single-label':
      return (
        <SimpleGrid cols={{ base: 1, xl: test.perClass.length > labelsBeside ? 1 : 2 }} spacing="lg">
          <Card title={t('result.confusion')} hint={t('result.confusionHint')}>
            <ConfusionMatrix runId={run.id} metrics={test} />
          </Card>
          <Card title={t('result.perClass')} hint={t('result.perClassHint')}>
            <PerClassTable rows={test.perClass} />
          </Card>
        </SimpleGrid>
      )
    case 'multi-label':
      return (
        <Card title={t('result.perClass')} hint={t('result.perClassHint')}>
          <PerClassTable rows={test.perClass} />
        </Card>
      )
    case 'regression':
      return <RegressionCharts runId={run.id} />
    case 'instruction':
    case 'language':
      return null
    default:
      return test satisfies never
  }
}
