/** Data sets that were imported before, newest first, to be taken up with one press. */
import { Group, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { Card } from '../../components/Card'
import { useFormat } from '../../lib/format'
import { useTaskWords } from './task-words'

interface RecentDatasetsProps {
  datasets: readonly Dataset[] | undefined
  onChoose(dataset: Dataset): void
}

const shown = 5

export function RecentDatasets({ datasets, onChoose }: RecentDatasetsProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const taskWords = useTaskWords()
  const recent = datasets?.toSorted((left, right) => right.createdAt.localeCompare(left.createdAt)).slice(0, shown)
  return (
    <Card title={t('data.recent')}>
      {recent === undefined && <Skeleton height={52} radius="md" />}
      {recent?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('data.recentEmpty')}
        </Text>
      )}
      {recent !== undefined && recent.length > 0 && (
        <Stack gap={2} component="ul" className="fino-quiet-list" style={{ margin: '0 -12px' }}>
          {recent.map((dataset) => (
            <li key={dataset.id}>
              <UnstyledButton
                className="fino-nav-link"
                w="100%"
                onClick={() => onChoose(dataset)}
                aria-label={`${t('data.useThis')}: ${dataset.name}`}
              >
                <Group justify="space-between" wrap="nowrap" w="100%">
                  <div>
                    <Text fw={600} c="var(--fino-ink)">
                      {dataset.name}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {t('common.rows', { count: dataset.rows, formatted: format.number(dataset.rows) })} ·{' '}
                      {taskWords(dataset)} · {t('data.imported', { date: format.dateTime(dataset.createdAt) })}
                    </Text>
                  </div>
                  <IconChevronRight size={16} aria-hidden />
                </Group>
              </UnstyledButton>
            </li>
          ))}
        </Stack>
      )}
    </Card>
  )
}
