/** A strategy to choose: what it trains, how much of the model, when to use it, what it costs here. */
import { Group, Radio, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { StrategyDescription } from '../../../shared/strategy'
import { ShareMeter } from '../../components/ShareMeter'
import { useFormat } from '../../lib/format'
import type { QuoteState } from '../../lib/quote-state'
import { QuoteLine } from './QuoteLine'

interface StrategyCardProps {
  description: StrategyDescription
  quote: QuoteState | undefined
}

export function StrategyCard({ description, quote }: StrategyCardProps) {
  const { t } = useTranslation()
  const name = t(`strategy.${description.id}.name`)
  return (
    <Radio.Card value={description.id} className="fino-choice fino-choice-compact" aria-label={name}>
      <Radio.Indicator size="xs" className="fino-choice-mark" />
      <div>
        <Text fw={650}>{name}</Text>
        <Words description={description} />
      </div>
      <div className="fino-strategy-figures">
        <Share description={description} />
        <QuoteLine name={name} state={quote} />
      </div>
    </Radio.Card>
  )
}

/** A strategy that does not fit: why, and the way out. */
export function MisfitCard({ description }: { description: StrategyDescription }) {
  const { t } = useTranslation()
  const name = t(`strategy.${description.id}.name`)
  if (description.misfit === null) return null
  return (
    <article className="fino-choice fino-choice-compact fino-misfit" aria-label={name}>
      <div className="fino-misfit-words">
        <Text fw={650}>{name}</Text>
        <Words description={description} />
      </div>
      <div className="fino-misfit-reason">
        <Text size="xs" fw={600}>
          {t(`strategy.misfit.${description.misfit}`)}
        </Text>
        <Text size="xs" c="dimmed">
          {t(`strategy.wayOut.${description.misfit}`)}
        </Text>
      </div>
    </article>
  )
}

function Words({ description: { id } }: { description: StrategyDescription }) {
  const { t } = useTranslation()
  return (
    <>
      <Text size="sm" mt={4} lh={1.4}>
        {t(`strategy.${id}.trains`)}
      </Text>
      <Text size="xs" c="dimmed" mt={6} lh={1.45}>
        {t(`strategy.${id}.when`)}
      </Text>
    </>
  )
}

function Share({ description: { id, trainableParameters, totalParameters } }: { description: StrategyDescription }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (id === 'dictionary') {
    return (
      <Text size="xs" fw={600}>
        {t('strategy.noModel')}
      </Text>
    )
  }
  const share = totalParameters === 0 ? 0 : trainableParameters / totalParameters
  return (
    <div>
      <ShareMeter share={share} />
      <Group justify="space-between" gap="xs" wrap="nowrap" mt={6}>
        <Text size="xs" fw={600} style={{ whiteSpace: 'nowrap' }}>
          {t('strategy.trains', { share: format.percent(share, 2) })}
        </Text>
        <Text
          size="xs"
          c="dimmed"
          truncate
          title={t('strategy.trainsCount', {
            trained: format.number(trainableParameters),
            total: format.number(totalParameters),
          })}
        >
          {t('strategy.parameters', { formatted: format.compact(trainableParameters) })}
        </Text>
      </Group>
    </div>
  )
}
