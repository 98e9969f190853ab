/** A quote in one line of a card: time and memory, and whether it fits. */
import { Group, Loader, Skeleton, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { GuardBadge } from '../../components/QuotePanel'
import { useFormat } from '../../lib/format'
import type { QuoteState } from '../../lib/quote-state'

interface QuoteLineProps {
  name: string
  state: QuoteState | undefined
}

export function QuoteLine({ name, state = { kind: 'estimating', quote: null } }: QuoteLineProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { quote } = state
  return (
    <Group
      className="fino-quote-line"
      gap={8}
      wrap="nowrap"
      justify="space-between"
      role="group"
      aria-label={t('strategy.quote.label', { strategy: name })}
    >
      {quote === null ? (
        state.kind === 'failed' ? (
          <Text size="xs" c="dimmed">
            {t('strategy.quote.failed')}
          </Text>
        ) : (
          <Skeleton height={14} width="70%" />
        )
      ) : (
        <>
          <Text size="xs" c={state.kind === 'measured' ? 'var(--fino-ink)' : 'dimmed'} truncate>
            <b>{format.durationRange(quote.seconds)}</b> · {format.bytesRange(quote.memoryBytes)}
          </Text>
          <Group gap={8} wrap="nowrap">
            {state.kind === 'measuring' && <Loader size={12} />}
            <GuardBadge guard={quote.guard} />
          </Group>
        </>
      )}
    </Group>
  )
}
