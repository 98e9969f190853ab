/** Fourth step: how the model learns, what that costs here, and the start of the run. */
import { Alert, Button, Stack, Text } from '@mantine/core'
import { useDebouncedValue, useLocalStorage } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CommandInput } from '../../../shared/contract'
import type { RecipeRequest } from '../../../shared/recipe'
import type { Run } from '../../../shared/run'
import type { StrategyDescription, StrategyId } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useLast } from '../../lib/last'
import { skip, useQuery } from '../../lib/query'
import { onlyDifferent, withChanges, withField } from '../../lib/recipe-changes'
import type { Draft, RecipeChanges } from '../../lib/routes'
import { AboutCard } from './AboutCard'
import { sharedChanges } from './fields'
import { ReviewCard } from './ReviewCard'
import { SettingsForm } from './SettingsForm'
import { StrategyGrid } from './StrategyGrid'
import { TemplateCard } from './TemplateCard'
import { useQuotes } from './use-quotes'

/** Typing in a field asks once. */
const settleMs = 400

interface StrategyStepProps {
  datasetId: string
  modelId: string
  draft: Draft
  onDraft(change: Partial<Draft>): void
  onStarted(run: Run): void
  onModel(): void
}

export function StrategyStep({ datasetId, modelId, draft, onDraft, onStarted, onModel }: StrategyStepProps) {
  const { t } = useTranslation()
  const [advanced, setAdvanced] = useLocalStorage({ key: 'fino-advanced', defaultValue: false })
  const [starting, setStarting] = useState(false)
  const chosen = draft.strategy
  const usual = useQuery('strategies:describe', { datasetId, modelId })
  const models = useQuery('models:list', null, ['models:changed'])
  const dataset = useQuery('datasets:get', { id: datasetId })
  const model = models.value?.find(({ id }) => id === modelId)
  const available = (usual.value ?? []).filter(({ misfit }) => misfit === null).map(({ id }) => id)
  const preset = useQuery('recipes:resolve', chosen === undefined ? skip : { datasetId, modelId, strategy: chosen })
  const asked = draft.changes ?? {}
  const changes = preset.value === undefined ? asked : onlyDifferent(preset.value, asked)
  const requestFor = (strategy: StrategyId): RecipeRequest => ({
    datasetId,
    modelId,
    strategy,
    ...(strategy === chosen ? changes : sharedChanges(changes)),
  })
  const nothingFits = usual.value !== undefined && available.length === 0
  const adjusted = useAdjusted(
    chosen !== undefined && preset.value !== undefined && changes.options !== undefined
      ? { datasetId, modelId, chosen: { strategy: chosen, options: withChanges(preset.value, changes).options } }
      : skip,
  )
  // Nothing more is measured once the run is asked for: it would have to wait.
  const quotes = useQuotes(starting ? [] : inOrder(available, chosen).map(requestFor))

  const described = adjusted ?? usual.value
  const description = usual.value?.find(({ id, misfit }) => id === chosen && misfit === null)
  const about = described?.find(({ id }) => id === chosen) ?? description
  const change = (next: RecipeChanges) => onDraft({ changes: next })

  return (
    <Page title={t('strategy.title')} intro={t('strategy.intro')}>
      <FailureNotice failure={usual.failure} retry={usual.reload} />
      {usual.value === undefined && usual.failure === undefined && <CardSkeletons count={9} height={212} columns={3} />}
      {nothingFits && (
        <Alert color="amber" title={t('models.needsWriter')}>
          <Stack gap="sm" align="flex-start">
            <Text size="sm">{t('models.needsWriterHint')}</Text>
            <Button size="xs" variant="default" onClick={onModel}>
              {t('strategy.otherModel')}
            </Button>
          </Stack>
        </Alert>
      )}
      {described !== undefined && (
        <StrategyGrid
          descriptions={described}
          quotes={quotes}
          chosen={chosen}
          onStrategy={(id) => onDraft({ strategy: id, changes: sharedChanges(changes) })}
        />
      )}
      {chosen === undefined && !nothingFits && (
        <Card title={t('strategy.settings')}>
          <Text c="dimmed">{t('strategy.pick')}</Text>
        </Card>
      )}
      {chosen !== undefined && preset.value === undefined && preset.failure === undefined && (
        <CardSkeletons count={2} height={220} />
      )}
      {chosen !== undefined && preset.failure !== undefined && <FailureNotice failure={preset.failure} />}
      {chosen !== undefined && description !== undefined && preset.value !== undefined && (
        <>
          <AboutCard description={about ?? description} architecture={model?.architecture} quote={quotes[chosen]} />
          {dataset.value?.task === 'instruction' && (
            <TemplateCard
              datasetId={datasetId}
              template={changes.template ?? null}
              onTemplate={(template) => change(withField(changes, 'template', template ?? undefined))}
            />
          )}
          <SettingsForm
            key={chosen}
            description={description}
            preset={preset.value}
            changes={changes}
            oneLabel={dataset.value?.task === 'classification' && dataset.value.labelSeparator === null}
            advanced={advanced}
            onAdvanced={setAdvanced}
            onChanges={change}
          />
          <ReviewCard
            request={requestFor(chosen)}
            preset={preset.value}
            recipe={withChanges(preset.value, changes)}
            quote={quotes[chosen]}
            suggestedName={[
              t(`strategy.${chosen}.name`),
              ...(chosen === 'dictionary' ? [] : [model?.name ?? modelId]),
              dataset.value?.name ?? datasetId,
            ].join(' · ')}
            name={draft.name}
            onName={(name) => onDraft({ name })}
            onStarting={setStarting}
            onStarted={onStarted}
          />
        </>
      )}
    </Page>
  )
}

/** Shares and exports as the chosen options make them; undefined where none differs from its preset. */
function useAdjusted(input: CommandInput<'strategies:describe'> | typeof skip): StrategyDescription[] | undefined {
  const key = input === skip ? '' : JSON.stringify(input)
  const [settled] = useDebouncedValue(key, settleMs)
  const answer = useQuery('strategies:describe', settled === '' || key === '' ? skip : JSON.parse(settled))
  return useLast(answer.value, key === '')
}

/** The chosen strategy is measured first. */
function inOrder(available: readonly StrategyId[], chosen: StrategyId | undefined): StrategyId[] {
  return available.toSorted((left, right) => Number(right === chosen) - Number(left === chosen))
}
