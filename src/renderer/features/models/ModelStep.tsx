/** Third step: which model learns. Models that cannot do what the data asks for are shown with the reason. */
import { Alert, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { isDecoder, type Model } from '../../../shared/model'
import { CardSkeletons } from '../../components/CardSkeletons'
import { ChoiceGroup } from '../../components/ChoiceGroup'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { skip, useQuery } from '../../lib/query'
import { quoted } from '../../lib/recipe-changes'
import { AddModel } from './AddModel'
import { ModelFacts } from './ModelFacts'
import { ModelHead } from './ModelHead'

interface ModelStepProps {
  datasetId: string | undefined
  modelId: string | undefined
  onModel(modelId: string): void
  /** Between the models and the adding of one: what else can be done with the chosen one. */
  children?: ReactNode
}

export function ModelStep({ datasetId, modelId, onModel, children }: ModelStepProps) {
  const { t } = useTranslation()
  const models = useQuery('models:list', null, ['models:changed'])
  const dataset = useQuery('datasets:get', datasetId === undefined ? skip : { id: datasetId })
  const answers = dataset.value?.task === 'instruction'
  const known = datasetId === undefined || dataset.value !== undefined || dataset.failure !== undefined
  const fits = (model: Model) => !answers || isDecoder(model.architecture)
  const chosen = models.value?.find((model) => model.id === modelId)
  const fitting = models.value?.filter(fits) ?? []
  const better = known && (chosen === undefined || !fits(chosen)) ? fitting[0]?.id : undefined

  useEffect(() => {
    if (better !== undefined) onModel(better)
  }, [better, onModel])

  return (
    <Page title={t('models.title')} intro={t('models.intro')}>
      <FailureNotice failure={models.failure ?? dataset.failure} retry={models.reload} />
      {models.value === undefined && models.failure === undefined && (
        <CardSkeletons count={2} height={210} columns={2} />
      )}
      {answers && models.value !== undefined && fitting.length === 0 && (
        <Alert color="amber" title={t('models.needsWriter')}>
          {t('models.needsWriterHint')}
        </Alert>
      )}
      {models.value !== undefined && known && (
        <ChoiceGroup label={t('models.choose')} value={modelId ?? null} onValue={onModel}>
          <SimpleGrid cols={2} spacing="md">
            {models.value.map((model) => (
              <ModelChoice key={model.id} model={model} fits={fits(model)} />
            ))}
          </SimpleGrid>
        </ChoiceGroup>
      )}
      {better === undefined && children}
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

interface ModelChoiceProps {
  model: Model
  fits: boolean
}

function ModelChoice({ model, fits }: ModelChoiceProps) {
  const { t } = useTranslation()
  if (!fits) {
    return (
      <article className="fino-choice fino-misfit" aria-label={model.name}>
        <div className="fino-misfit-words">
          <ModelHead model={model} />
        </div>
        <Text size="sm" fw={600} className="fino-misfit-reason">
          {t('models.cannotAnswer')}
        </Text>
      </article>
    )
  }
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
