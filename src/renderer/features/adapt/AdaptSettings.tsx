/** The few settings of an adaptation, folded away; their values are read without unfolding. */
import { Button, SimpleGrid, Text } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Recipe } from '../../../shared/recipe'
import { NumberSetting } from '../../components/Field'
import { panelFields } from '../../lib/adaptation'
import { useFormat } from '../../lib/format'
import { ranges } from '../../lib/number-ranges'
import { withChanges, withField } from '../../lib/recipe-changes'
import type { RecipeChanges } from '../../lib/routes'

interface AdaptSettingsProps {
  preset: Recipe
  changes: RecipeChanges
  /** Tokens that the model reads at most. */
  longest: number
  onChanges(changes: RecipeChanges): void
}

export function AdaptSettings({ preset, changes, longest, onChanges }: AdaptSettingsProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { epochs, batchSize, maxLength, learningRate, seed } = withChanges(preset, changes)
  const changed = Object.keys(changes).length > 0
  return (
    <details className="fino-fold">
      <summary>
        <IconChevronRight size={16} aria-hidden />
        <span>
          <Text span size="sm" fw={600}>
            {t('strategy.settings')}
          </Text>{' '}
          <Text span size="sm" c="dimmed">
            {t('adapt.settings', {
              epochs: format.number(epochs),
              batch: format.number(batchSize),
              length: format.number(maxLength),
              rate: format.significant(learningRate),
              seed: String(seed),
            })}
          </Text>
        </span>
      </summary>
      <SimpleGrid cols={2} spacing="lg" mt="md">
        {panelFields.map((field) => (
          <NumberSetting
            key={field}
            label={t(`strategy.fields.${field}`)}
            hint={t(`strategy.hints.${field}`)}
            range={field === 'maxLength' ? { ...ranges.maxLength, maximum: longest } : ranges[field]}
            preset={preset[field]}
            value={changes[field] ?? preset[field]}
            onValue={(value) => onChanges(withField(changes, field, value === preset[field] ? undefined : value))}
          />
        ))}
      </SimpleGrid>
      {changed && (
        <Button variant="subtle" size="compact-sm" ml={-8} mt="sm" onClick={() => onChanges({})}>
          {t('strategy.resetAll')}
        </Button>
      )}
    </details>
  )
}
