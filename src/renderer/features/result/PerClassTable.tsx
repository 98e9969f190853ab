/** Precision, recall and F1 of each label on the test split. */
import { Group, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ClassScore } from '../../../shared/result'
import { useFormat } from '../../lib/format'

export function PerClassTable({ rows }: { rows: readonly ClassScore[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Table className="fino-table" aria-label={t('result.perClass')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('common.label')}</Table.Th>
          <Table.Th className="fino-number">{t('result.precision')}</Table.Th>
          <Table.Th className="fino-number">{t('result.recall')}</Table.Th>
          <Table.Th w="30%">{t('result.f1')}</Table.Th>
          <Table.Th className="fino-number">{t('result.support')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.label}>
            <Table.Th scope="row">
              <Text size="sm" fw={600} c="var(--fino-ink)">
                {row.label}
              </Text>
            </Table.Th>
            <Table.Td className="fino-number">{format.score(row.precision)}</Table.Td>
            <Table.Td className="fino-number">{format.score(row.recall)}</Table.Td>
            <Table.Td>
              <Group gap="sm" wrap="nowrap">
                <span>{format.score(row.f1)}</span>
                <div className="fino-bar" style={{ flex: 1 }} aria-hidden>
                  <span style={{ width: `${row.f1 * 100}%` }} />
                </div>
              </Group>
            </Table.Td>
            <Table.Td className="fino-number">{format.number(row.support)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
