/** Fourth step: how the model learns, what that costs here, and the start of the run. */
import { Radio, SimpleGrid, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecipeRequest } from '../../../shared/recipe'
import type { Run } from '../../../shared/run'
import { type StrategyDescription, type StrategyId, strategyIds } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { skip, useQuery } from '../../lib/query'
import { onlyDifferent, withChanges } from '../../lib/recipe-changes'
import type { Draft, RecipeChanges } from '../../lib/routes'
import { sharedChanges } from './fields'
import { ReviewCard } from './ReviewCard'
import { SettingsForm } from './SettingsForm'
import { StrategyCard } from './StrategyCard'
import { useQuotes } from './use-quotes'

interface StrategyStepProps {
  datasetId: string
  modelId: string
  draft: Draft
  onDraft(change: Partial<Draft>): void
  onStarted(run: Run): void
}

export function StrategyStep({ datasetId, modelId, draft, onDraft, onStarted }: StrategyStepProps) {
  const { t } = useTranslation()
  const [advanced, setAdvanced] = useLocalStorage({ key: 'fino-advanced', defaultValue: false })
  const [starting, setStarting] = useState(false)
  const chosen = draft.strategy
  const descriptions = useQuery('strategies:describe', { datasetId, modelId })
  const models = useQuery('models:list', null, ['models:changed'])
  const dataset = useQuery('datasets:get', { id: datasetId })
  const available = descriptions.value?.map(({ id }) => id) ?? []
  const preset = useQuery('recipes:resolve', chosen === undefined ? skip : { datasetId, modelId, strategy: chosen })
  const asked = draft.changes ?? {}
  const changes = preset.value === undefined ? asked : onlyDifferent(preset.value, asked)
  const requestFor = (strategy: StrategyId): RecipeRequest => ({
    datasetId,
    modelId,
    strategy,
    ...(strategy === chosen ? changes : sharedChanges(changes)),
  })
  // Nothing more is measured once the run is asked for: it would have to wait.
  const quotes = useQuotes(starting ? [] : inOrder(available, chosen).map(requestFor))

  const description = descriptions.value?.find(({ id }) => id === chosen)
  const change = (next: RecipeChanges) => onDraft({ changes: next })

  return (
    <Page title={t('strategy.title')} intro={t('strategy.intro')}>
      <FailureNotice failure={descriptions.failure} retry={descriptions.reload} />
      {descriptions.value === undefined && descriptions.failure === undefined && (
        <CardSkeletons count={4} height={272} columns={2} />
      )}
      {descriptions.value !== undefined && (
        <Radio.Group
          value={chosen ?? null}
          onChange={(id) => onDraft({ strategy: id as StrategyId, changes: sharedChanges(changes) })}
          aria-label={t('strategy.choose')}
        >
          <SimpleGrid cols={2} spacing="md">
            {sorted(descriptions.value).map((each) => (
              <StrategyCard key={each.id} description={each} quote={quotes[each.id]} />
            ))}
          </SimpleGrid>
        </Radio.Group>
      )}
      {chosen === undefined && (
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
          <SettingsForm
            key={chosen}
            description={description}
            preset={preset.value}
            changes={changes}
            advanced={advanced}
            onAdvanced={setAdvanced}
            onChanges={change}
          />
          <ReviewCard
            request={requestFor(chosen)}
            preset={preset.value}
            recipe={withChanges(preset.value, changes)}
            quote={quotes[chosen]}
            suggestedName={t('strategy.on', {
              strategy: t(`strategy.${chosen}.name`),
              model: models.value?.find(({ id }) => id === modelId)?.name ?? modelId,
              data: dataset.value?.name ?? datasetId,
            })}
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

function sorted(descriptions: readonly StrategyDescription[]): StrategyDescription[] {
  return descriptions.toSorted((left, right) => strategyIds.indexOf(left.id) - strategyIds.indexOf(right.id))
}

/** The chosen strategy is measured first. */
function inOrder(available: readonly StrategyId[], chosen: StrategyId | undefined): StrategyId[] {
  return available.toSorted((left, right) => Number(right === chosen) - Number(left === chosen))
}
