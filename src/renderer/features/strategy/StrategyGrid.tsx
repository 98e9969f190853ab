/** All strategies in four groups, from those that leave the model alone to the one that changes all of it. */
import { Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { StrategyDescription, StrategyId } from '../../../shared/strategy'
import { ChoiceGroup } from '../../components/ChoiceGroup'
import type { QuoteState } from '../../lib/quote-state'
import { strategyGroupNames, strategyGroups } from '../../lib/strategy-groups'
import { MisfitCard, StrategyCard } from './StrategyCard'

interface StrategyGridProps {
  descriptions: readonly StrategyDescription[]
  quotes: Readonly<Partial<Record<StrategyId, QuoteState>>>
  chosen: StrategyId | undefined
  onStrategy(strategy: StrategyId): void
}

export function StrategyGrid({ descriptions, quotes, chosen, onStrategy }: StrategyGridProps) {
  const { t } = useTranslation()
  return (
    <ChoiceGroup label={t('strategy.choose')} value={chosen ?? null} onValue={(id) => onStrategy(id as StrategyId)}>
      <div className="fino-strategies">
        {strategyGroupNames.map((group) => {
          const ids: readonly StrategyId[] = strategyGroups[group]
          const members = ids.flatMap((id) => descriptions.find((description) => description.id === id) ?? [])
          if (members.length === 0) return null
          return (
            <section
              key={group}
              className="fino-strategy-group"
              data-group={group}
              aria-label={t(`strategy.groups.${group}`)}
            >
              <Group gap={8} align="baseline" wrap="nowrap">
                <Text size="sm" fw={650} component="h2" style={{ whiteSpace: 'nowrap' }}>
                  {t(`strategy.groups.${group}`)}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {t(`strategy.groupHints.${group}`)}
                </Text>
              </Group>
              <div className="fino-strategy-cards">
                {members.map((description) =>
                  description.misfit === null ? (
                    <StrategyCard key={description.id} description={description} quote={quotes[description.id]} />
                  ) : (
                    <MisfitCard key={description.id} description={description} />
                  ),
                )}
              </div>
            </section>
          )
        })}
      </div>
    </ChoiceGroup>
  )
}
