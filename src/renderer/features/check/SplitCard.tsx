/** How the rows are split, class by class; another split can be drawn. */
import { Button, Group, Stack, Table, Text } from '@mantine/core'
import { IconArrowsShuffle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { DataReport, Dataset } from '../../../shared/dataset'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'

export function SplitCard({ dataset, report }: { dataset: Dataset; report: DataReport }) {
  const { t } = useTranslation()
  const redrawing = useAction(() => call('datasets:resplit', { id: dataset.id, splitSeed: dataset.splitSeed + 1 }))
  return (
    <Card
      title={t('check.split')}
      hint={t('check.splitHint')}
      aside={
        <Stack gap={4} align="flex-end" style={{ flex: 'none' }}>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconArrowsShuffle size={15} aria-hidden />}
            loading={redrawing.busy}
            onClick={() => void redrawing.run()}
          >
            {t('check.redraw')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('check.seed', { seed: dataset.splitSeed })}
          </Text>
        </Stack>
      }
    >
      <FailureNotice failure={redrawing.failure} />
      <SplitBar splits={report.splits} />
      {report.splitLabels.length > 0 && <SplitTable rows={report.splitLabels} />}
    </Card>
  )
}

function SplitTable({ rows }: { rows: DataReport['splitLabels'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Table className="fino-table" aria-label={t('check.split')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('common.label')}</Table.Th>
          <Table.Th className="fino-number">{t('common.train')}</Table.Th>
          <Table.Th className="fino-number">{t('common.validation')}</Table.Th>
          <Table.Th className="fino-number">{t('common.test')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.label}>
            <Table.Td fw={550}>{row.label}</Table.Td>
            <Table.Td className="fino-number">{format.number(row.train)}</Table.Td>
            <Table.Td className="fino-number">{format.number(row.validation)}</Table.Td>
            <Table.Td className="fino-number">{format.number(row.test)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

const parts = [
  { split: 'train', colour: 'var(--fino-accent)' },
  { split: 'validation', colour: 'color-mix(in srgb, var(--fino-accent) 65%, var(--fino-card))' },
  { split: 'test', colour: 'color-mix(in srgb, var(--fino-accent) 38%, var(--fino-card))' },
] as const

function SplitBar({ splits }: { splits: DataReport['splits'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const all = Math.max(1, splits.train + splits.validation + splits.test)
  return (
    <Stack gap="xs">
      <Group gap={3} wrap="nowrap" aria-hidden>
        {parts.map(({ split, colour }) => (
          <div
            key={split}
            style={{ width: `${(splits[split] / all) * 100}%`, height: 10, borderRadius: 4, background: colour }}
          />
        ))}
      </Group>
      <Group gap="lg">
        {parts.map(({ split, colour }) => (
          <Group key={split} gap={8}>
            <span style={{ width: 9, height: 9, borderRadius: 3, background: colour }} aria-hidden />
            <Text size="sm">
              {t(`common.${split}`)} <b>{format.number(splits[split])}</b>{' '}
              <Text span c="dimmed">
                {format.percent(splits[split] / all, 0)}
              </Text>
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  )
}
