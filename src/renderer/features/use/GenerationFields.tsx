/** How an answer is written: how long at most, how freely. */
import { NumberInput, SimpleGrid, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Generation, generationSchema } from '../../../shared/generation'
import { useFormat } from '../../lib/format'

export const usualGeneration: Generation = generationSchema.parse({ maximumTokens: 128 })

const fields = [
  { name: 'maximumTokens', minimum: 1, maximum: 4096, step: 16 },
  { name: 'temperature', minimum: 0, maximum: 5, step: 0.1 },
  { name: 'topP', minimum: 0.01, maximum: 1, step: 0.05 },
  { name: 'seed', minimum: 0, maximum: 0xffffffff, step: 1 },
] as const

interface GenerationFieldsProps {
  generation: Generation
  onGeneration(generation: Generation): void
}

export function GenerationFields({ generation, onGeneration }: GenerationFieldsProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const separator = format.number(0.5, 1).charAt(1)
  return (
    <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs" role="group" aria-label={t('use.generation')}>
      {fields.map(({ name, minimum, maximum, step }) => (
        <Tooltip key={name} label={t(`use.generationHints.${name}`)} openDelay={300}>
          <NumberInput
            size="xs"
            label={t(`use.generationFields.${name}`)}
            min={minimum}
            max={maximum}
            step={step}
            allowDecimal={!Number.isInteger(step)}
            decimalSeparator={separator}
            value={generation[name]}
            // Nothing random is chosen from where the likeliest token always wins.
            disabled={generation.temperature === 0 && (name === 'topP' || name === 'seed')}
            onChange={(next) => {
              if (typeof next === 'number' && next >= minimum && next <= maximum) {
                onGeneration({ ...generation, [name]: next })
              }
            }}
          />
        </Tooltip>
      ))}
    </SimpleGrid>
  )
}
