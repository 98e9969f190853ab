/** The last look before a run: its name, what differs from the preset, what it costs, the same as a command. */
import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Recipe, RecipeRequest } from '../../../shared/recipe'
import type { Run } from '../../../shared/run'
import type { OptionValue, StrategyId } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { GuardBadge } from '../../components/QuotePanel'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'
import { useOptionWords, useValueWords } from '../../lib/option-words'
import type { QuoteState } from '../../lib/quote-state'
import { type RecipeDifference, recipeDifferences, trainCommand } from '../../lib/recipe-changes'

interface ReviewCardProps {
  request: RecipeRequest
  preset: Recipe
  recipe: Recipe
  quote: QuoteState | undefined
  suggestedName: string
  name: string | undefined
  onName(name: string): void
  /** True while the start is asked for. */
  onStarting(starting: boolean): void
  onStarted(run: Run): void
}

export function ReviewCard(props: ReviewCardProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { request, preset, recipe, suggestedName, name } = props
  const differences = recipeDifferences(preset, recipe)
  const quote = props.quote?.quote ?? null
  const starting = useAction(async () => {
    const given = (name ?? '').trim()
    props.onStarting(true)
    try {
      props.onStarted(await call('runs:start', { request, name: given === '' ? suggestedName : given }))
    } finally {
      props.onStarting(false)
    }
  })
  return (
    <Card title={t('strategy.review')} hint={suggestedName}>
      {differences.length === 0 ? (
        <Text size="sm">{t('strategy.allPreset')}</Text>
      ) : (
        <Stack gap={4}>
          <Text size="sm">{t('strategy.differs', { count: differences.length })}</Text>
          <Stack gap={2} component="ul" className="fino-quiet-list">
            {differences.map((difference) => (
              <DifferenceLine
                key={`${difference.field} ${difference.option}`}
                strategy={request.strategy}
                difference={difference}
              />
            ))}
          </Stack>
        </Stack>
      )}
      <EquivalentCommand command={trainCommand(request)} />
      <FailureNotice failure={starting.failure} />
      <Group justify="space-between" align="flex-end">
        <TextInput
          label={t('strategy.nameOfRun')}
          placeholder={suggestedName}
          value={name ?? ''}
          maxLength={120}
          w={380}
          onChange={(event) => props.onName(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && void starting.run()}
        />
        <Group gap="md">
          {quote !== null && (
            <Group gap="xs">
              <Text size="sm" c="dimmed">
                {quote.steps > 0 && `${t('strategy.stepsPlanned', { formatted: format.number(quote.steps) })} · `}
                {format.durationRange(quote.seconds)}
              </Text>
              <GuardBadge guard={quote.guard} />
            </Group>
          )}
          <Button
            size="md"
            leftSection={<IconPlayerPlayFilled size={15} aria-hidden />}
            loading={starting.busy}
            onClick={() => void starting.run()}
          >
            {quote?.guard === 'too-big' ? t('strategy.startAnyway') : t('strategy.start')}
          </Button>
        </Group>
      </Group>
    </Card>
  )
}

function DifferenceLine({ strategy, difference }: { strategy: StrategyId; difference: RecipeDifference }) {
  const { t } = useTranslation()
  const option = useOptionWords(strategy)(difference.option ?? '')
  const plain = useValueWords()
  const words = (value: OptionValue | null) => {
    if (difference.field === 'labelWeights') return plain(value === 'balanced')
    return difference.field === 'option' && value !== null ? option.write(value) : plain(value)
  }
  const label = difference.field === 'option' ? option.label : t(`strategy.fields.${difference.field}`)
  return (
    <li>
      <Text size="sm">
        {label}: <Code>{words(difference.value)}</Code>{' '}
        <Text span size="sm" c="dimmed">
          ({t('strategy.was', { value: words(difference.preset) })})
        </Text>
      </Text>
    </li>
  )
}
