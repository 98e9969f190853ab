/** Third step: which model learns. */
import { Group, Radio, SimpleGrid, Stack } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../../shared/model'
import { CardSkeletons } from '../../components/CardSkeletons'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useQuery } from '../../lib/query'
import { quoted } from '../../lib/recipe-changes'
import { AddModel } from './AddModel'
import { ModelFacts } from './ModelFacts'
import { ModelHead } from './ModelHead'

interface ModelStepProps {
  modelId: string | undefined
  onModel(modelId: string): void
}

export function ModelStep({ modelId, onModel }: ModelStepProps) {
  const { t } = useTranslation()
  const models = useQuery('models:list', null, ['models:changed'])
  const chosen = models.value?.find((model) => model.id === modelId)
  const first = models.value?.[0]?.id

  useEffect(() => {
    if (modelId === undefined && first !== undefined) onModel(first)
  }, [modelId, first, onModel])

  return (
    <Page title={t('models.title')} intro={t('models.intro')}>
      <FailureNotice failure={models.failure} retry={models.reload} />
      {models.value === undefined && models.failure === undefined && (
        <CardSkeletons count={2} height={210} columns={2} />
      )}
      {models.value !== undefined && (
        <Radio.Group value={modelId ?? null} onChange={onModel} aria-label={t('models.choose')}>
          <SimpleGrid cols={2} spacing="md">
            {models.value.map((model) => (
              <ModelChoice key={model.id} model={model} />
            ))}
          </SimpleGrid>
        </Radio.Group>
      )}
      <AddModel onAdded={(model) => onModel(model.id)} />
      <EquivalentCommand
        command={
          chosen === undefined || chosen.source === 'starter'
            ? 'fino models'
            : `fino models add ${quoted(chosen.folder)}`
        }
      />
    </Page>
  )
}

function ModelChoice({ model }: { model: Model }) {
  return (
    <Radio.Card value={model.id} className="fino-choice" aria-label={model.name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="lg">
        <Stack gap={0} style={{ minWidth: 0 }}>
          <ModelHead model={model} />
        </Stack>
        <Radio.Indicator />
      </Group>
      <ModelFacts model={model} />
    </Radio.Card>
  )
}
