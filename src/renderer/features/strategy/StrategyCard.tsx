/** A strategy to choose: what it trains, how much of the model, when to use it, what it costs here. */
import { Group, Progress, Radio, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { StrategyDescription } from '../../../shared/strategy'
import { useFormat } from '../../lib/format'
import { QuotePanel } from './QuotePanel'
import type { QuoteState } from './use-quotes'

interface StrategyCardProps {
  description: StrategyDescription
  quote: QuoteState | undefined
}

export function StrategyCard({ description, quote }: StrategyCardProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { id, trainableParameters, totalParameters } = description
  const share = trainableParameters / totalParameters
  const name = t(`strategy.${id}.name`)
  return (
    <Radio.Card value={id} className="fino-choice" aria-label={name}>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={650} size="lg">
          {name}
        </Text>
        <Radio.Indicator />
      </Group>
      <Text size="sm" mt={4}>
        {t(`strategy.${id}.trains`)}
      </Text>
      <Text size="sm" c="dimmed" mt={4}>
        {t(`strategy.${id}.when`)}
      </Text>
      <Group gap="sm" mt="md" wrap="nowrap">
        <Progress value={Math.max(share * 100, 1)} w={88} size={6} aria-hidden style={{ flex: 'none' }} />
        <Text size="xs" fw={600}>
          {t('strategy.trains', { share: format.percent(share) })}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {t('strategy.trainsCount', {
            trained: format.compact(trainableParameters),
            total: format.compact(totalParameters),
          })}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" mt={8}>
        {t('strategy.exportAs')}: {t(`strategy.formats.${description.exportFormat}`)}
      </Text>
      <Text size="xs" c="dimmed" className="fino-clamp" title={description.source}>
        {t('strategy.source')}: {description.source}
      </Text>
      <QuotePanel name={name} state={quote} />
    </Radio.Card>
  )
}
