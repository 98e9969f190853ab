/** The test texts behind one cell of the confusion matrix. */
import { Drawer, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { FailureNotice } from '../../components/FailureNotice'
import { useFormat } from '../../lib/format'
import { skip, useQuery } from '../../lib/query'
import type { Cell } from './ConfusionMatrix'

const limit = 200

interface CellDrawerProps {
  runId: string
  cell: Cell | null
  onClose(): void
}

export function CellDrawer({ runId, cell, onClose }: CellDrawerProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const rows = useQuery('runs:test-rows', cell === null ? skip : { id: runId, ...cell, limit })
  return (
    <Drawer
      opened={cell !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={cell === null ? '' : t('result.drawerTitle', { ...cell })}
      styles={{ title: { fontWeight: 650 } }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="md">
        <FailureNotice failure={rows.failure} retry={rows.reload} />
        {rows.loading && rows.value === undefined && <Skeleton height={120} />}
        {rows.value !== undefined && (
          <Text size="sm" c="dimmed">
            {rows.value.total === 0
              ? t('result.drawerEmpty')
              : t('result.drawerCount', {
                  shown: format.number(rows.value.rows.length),
                  total: format.number(rows.value.total),
                })}
          </Text>
        )}
        {rows.value?.rows.map((row) => (
          <article key={row.id} className="fino-card" style={{ padding: '14px 16px' }}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {row.text}
            </Text>
            <Group justify="space-between" mt={8}>
              <Text size="xs" c="dimmed">
                {t('common.row')} {row.id}
              </Text>
              {row.probability !== null && (
                <Text size="xs" c="dimmed">
                  {t('result.probability', { share: format.percent(row.probability, 0) })}
                </Text>
              )}
            </Group>
          </article>
        ))}
      </Stack>
    </Drawer>
  )
}
