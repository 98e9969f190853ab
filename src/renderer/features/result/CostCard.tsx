/** What was quoted and what it really took. */
import { Badge, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Range } from '../../../shared/quote'
import type { RunResult } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { useDeviceText } from '../../lib/device-text'
import { useFormat } from '../../lib/format'

export function CostCard({ run, result }: { run: Run; result: RunResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const deviceText = useDeviceText()
  const { quote } = run
  const device = run.device === null ? t('common.unknown') : deviceText(run.device)
  const rows = [
    {
      name: t('result.time'),
      quoted: quote && format.durationRange(quote.seconds),
      actual: format.duration(result.seconds),
      place: quote && placeOf(quote.seconds, result.seconds),
    },
    {
      name: t('result.memory'),
      quoted: quote && format.bytesRange(quote.memoryBytes),
      actual: format.bytes(result.peakMemoryBytes),
      place: quote && placeOf(quote.memoryBytes, result.peakMemoryBytes),
    },
    {
      name: t('result.trained'),
      quoted: quote && format.number(quote.trainableParameters),
      actual: format.number(result.trainableParameters),
      place: null,
    },
  ]
  return (
    <Card
      title={t('result.quoteVersus')}
      hint={
        result.tokensPerSecond === 0
          ? device
          : t('result.speed', { formatted: format.number(result.tokensPerSecond), device })
      }
    >
      {quote === null && (
        <Text size="sm" c="dimmed">
          {t('result.noQuote')}
        </Text>
      )}
      <Table className="fino-table" aria-label={t('result.quoteVersus')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>{t('result.quoted')}</Table.Th>
            <Table.Th>{t('result.actual')}</Table.Th>
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Th scope="row">{row.name}</Table.Th>
              <Table.Td>{row.quoted ?? '–'}</Table.Td>
              <Table.Td fw={600}>{row.actual}</Table.Td>
              <Table.Td className="fino-number">
                {row.place !== null && (
                  <Badge color={row.place === 'above' ? 'amber' : 'moss'}>{t(`result.${row.place}`)}</Badge>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  )
}

/** Where the real figure lies against the quoted range. */
export function placeOf({ low, high }: Range, actual: number): 'below' | 'inside' | 'above' {
  if (actual < low) return 'below'
  return actual > high ? 'above' : 'inside'
}
