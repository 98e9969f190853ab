/** Every imported data set. */
import { ActionIcon, Button, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconTable, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { Card } from '../../components/Card'
import { CardSkeletons } from '../../components/CardSkeletons'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { EmptyNotice } from '../../components/EmptyNotice'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { navigate } from '../../lib/routes'
import { DatasetFacts } from './DatasetFacts'

export function DataScreen() {
  const { t } = useTranslation()
  const datasets = useQuery('datasets:list', null, ['datasets:changed'])
  const sorted = datasets.value?.toSorted((left, right) => right.createdAt.localeCompare(left.createdAt))
  return (
    <Page title={t('data.listTitle')} intro={t('data.listIntro')}>
      <FailureNotice failure={datasets.failure} retry={datasets.reload} />
      {sorted === undefined && datasets.failure === undefined && <CardSkeletons count={3} height={150} />}
      {sorted?.length === 0 && (
        <EmptyNotice
          icon={<IconTable size={40} stroke={1.2} />}
          title={t('data.listEmpty')}
          hint={t('data.listEmptyHint')}
          action={
            <Button onClick={() => navigate({ screen: 'new', step: 'data', draft: {} })}>
              {t('app.newFinetuning')}
            </Button>
          }
        />
      )}
      <Stack>
        {sorted?.map((dataset) => (
          <DatasetCard key={dataset.id} dataset={dataset} />
        ))}
      </Stack>
    </Page>
  )
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  return (
    <Card
      title={dataset.name}
      hint={`${dataset.fileName} · ${t('data.imported', { date: format.dateTime(dataset.createdAt) })}`}
      aside={
        <Group gap="xs" wrap="nowrap">
          <Button
            variant="default"
            size="xs"
            onClick={() => navigate({ screen: 'new', step: 'check', draft: { dataset: dataset.id } })}
          >
            {t('data.finetune')}
          </Button>
          <Tooltip label={t('common.delete')}>
            <ActionIcon aria-label={`${t('common.delete')}: ${dataset.name}`} onClick={() => setAsking(true)}>
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        </Group>
      }
    >
      <DatasetFacts dataset={dataset} />
      <Text size="sm" c="dimmed" truncate>
        {t(`data.tasks.${dataset.task}`)}
        {dataset.labels.length > 0 && `: ${format.list(dataset.labels.slice(0, 8).map(({ label }) => label))}`}
        {dataset.labels.length > 8 ? ` ${t('common.more', { count: dataset.labels.length - 8 })}` : ''}
      </Text>
      <ConfirmDialog
        opened={asking}
        title={t('data.removeTitle', { name: dataset.name })}
        body={t('data.removeBody')}
        confirm={t('common.delete')}
        onConfirm={() => call('datasets:remove', { id: dataset.id })}
        onClose={() => setAsking(false)}
      />
    </Card>
  )
}
