/** First step: choose texts and labels, and say which column is which. */
import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconTable } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useQuery } from '../../lib/query'
import type { Draft } from '../../lib/routes'
import { ChooseFile } from './ChooseFile'
import { DatasetFacts } from './DatasetFacts'
import { PreviewPanel } from './PreviewPanel'
import { RecentDatasets } from './RecentDatasets'

interface DataStepProps {
  draft: Draft
  onDraft(draft: Draft): void
  onDataset(dataset: Dataset): void
}

export function DataStep({ draft, onDraft, onDataset }: DataStepProps) {
  const { t } = useTranslation()
  const datasets = useQuery('datasets:list', null, ['datasets:changed'])
  const fresh: Draft = draft.model === undefined ? {} : { model: draft.model }
  const startOver = () => onDraft(fresh)
  const chosen = datasets.value?.find((dataset) => dataset.id === draft.dataset)

  return (
    <Page title={t('data.title')} intro={t('data.intro')}>
      {draft.file !== undefined ? (
        <PreviewPanel draft={draft} file={draft.file} onDraft={onDraft} onStartOver={startOver} onDataset={onDataset} />
      ) : chosen !== undefined ? (
        <ChosenDataset dataset={chosen} model={draft.model} onChange={startOver} />
      ) : (
        <Stack gap="lg">
          {draft.dataset !== undefined && datasets.value !== undefined && (
            <Alert color="amber" title={t('failures.title.not-found')} />
          )}
          <ChooseFile onFile={(file) => onDraft({ ...fresh, file })} />
          <FailureNotice failure={datasets.failure} retry={datasets.reload} />
          <RecentDatasets datasets={datasets.value} onChoose={onDataset} />
        </Stack>
      )}
    </Page>
  )
}

interface ChosenDatasetProps {
  dataset: Dataset
  model: string | undefined
  onChange(): void
}

function ChosenDataset({ dataset, model = usualModel(dataset), onChange }: ChosenDatasetProps) {
  const { t } = useTranslation()
  const columns = [
    { role: t(`data.roles.${dataset.task}.text`), column: dataset.textColumn },
    { role: t(`data.roles.${dataset.task}.label`), column: dataset.targetColumn },
    { role: t('data.roles.context'), column: dataset.contextColumn },
    { role: t('data.roles.group'), column: dataset.groupColumn },
  ].filter(({ column }) => column !== null)
  return (
    <Stack gap="lg">
      <Card
        title={dataset.name}
        hint={dataset.fileName}
        aside={
          <Button variant="default" size="xs" onClick={onChange}>
            {t('data.change')}
          </Button>
        }
      >
        <DatasetFacts dataset={dataset} />
        <Group gap="xs">
          <IconTable size={16} color="var(--fino-soft-ink)" aria-hidden />
          <Text size="sm" c="dimmed">
            {t(`data.tasks.${dataset.task}`)} ·{' '}
            {columns.map(({ role, column }, index) => (
              <span key={role}>
                {index > 0 && ' · '}
                {role}: <b>{column}</b>
              </span>
            ))}
          </Text>
        </Group>
      </Card>
      <EquivalentCommand command={`fino quote ${dataset.id} --model ${model} --strategy lora`} />
      <Anchor component="button" type="button" size="sm" onClick={onChange} style={{ alignSelf: 'start' }}>
        {t('data.another')}
      </Anchor>
    </Stack>
  )
}

/** The starter reads; answers need a model that writes, which is not bundled. */
function usualModel({ task }: Dataset): string {
  return task === 'instruction' ? 'MODEL' : 'starter'
}
