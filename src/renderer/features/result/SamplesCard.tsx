/** Test texts to read: where the model errs most, where least, and some by chance. */
import { SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScoredRow } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { useQuery } from '../../lib/query'
import { SampleRow } from './SampleRow'

const orders = ['worst', 'best', 'random'] as const
const shown = 6
/** Chance picks from as many as one question answers. */
const picked = 500

export function SamplesCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const [order, setOrder] = useState<(typeof orders)[number]>('worst')
  const rows = useQuery(
    'runs:test-rows',
    order === 'random' ? { id: run.id, limit: picked } : { id: run.id, limit: shown, order },
  )
  const answer = rows.value?.rows
  const samples = useMemo(() => (order === 'random' ? someOf(answer ?? []) : (answer ?? [])), [order, answer])
  return (
    <Card
      title={t('result.samples')}
      hint={t('result.samplesHint')}
      aside={
        <SegmentedControl
          aria-label={t('result.samples')}
          value={order}
          onChange={(value) => setOrder(orders.find((known) => known === value) ?? 'worst')}
          data={orders.map((value) => ({ value, label: t(`result.orders.${value}`) }))}
          style={{ flex: 'none' }}
        />
      }
    >
      <FailureNotice failure={rows.failure} retry={rows.reload} />
      {rows.value === undefined && rows.failure === undefined && <Skeleton height={240} />}
      {rows.value !== undefined && (
        <Stack gap={0} component="ul" className="fino-quiet-list fino-ruled" aria-label={t('result.samples')}>
          {samples.map((row) => (
            <li key={row.id}>
              <SampleRow row={row} problem={run.problem} />
            </li>
          ))}
        </Stack>
      )}
      {rows.value?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('result.drawerEmpty')}
        </Text>
      )}
    </Card>
  )
}

function someOf(rows: readonly ScoredRow[]): ScoredRow[] {
  const left = [...rows]
  return Array.from({ length: Math.min(shown, rows.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat()
}
