/** What a strategy would cost here: memory, time and disk, as ranges, with a verdict on the memory. */
import { Badge, Group, Loader, Skeleton, Stack, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Quote } from '../../shared/quote'
import { useFailureText } from '../lib/failure-text'
import { useFormat } from '../lib/format'
import type { QuoteState } from '../lib/quote-state'

const guardColours = { fits: 'moss', tight: 'amber', 'too-big': 'brick' } as const

interface QuotePanelProps {
  state: QuoteState | undefined
}

export function QuotePanel({ state = { kind: 'estimating', quote: null } }: QuotePanelProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { quote } = state
  return (
    <Stack gap="sm">
      <div className="fino-amounts">
        <Amount label={t('strategy.quote.time')} value={quote && format.durationRange(quote.seconds)} state={state} />
        <Amount
          label={t('strategy.quote.memory')}
          value={quote && format.bytesRange(quote.memoryBytes)}
          state={state}
        />
        <Amount label={t('strategy.quote.disk')} value={quote && format.bytes(quote.diskBytes)} state={state} />
      </div>
      <Group gap="xs" mih={22} wrap="nowrap">
        {quote !== null && <GuardBadge guard={quote.guard} />}
        <Basis state={state} />
      </Group>
      {quote?.smallerBatch !== undefined && (
        <Text size="xs" c="dimmed">
          {t('run.smallerBatch', { count: quote.smallerBatch })}
        </Text>
      )}
      {quote?.recomputeLayers && (
        <Text size="xs" c="dimmed">
          {t('run.recomputeLayers')}
        </Text>
      )}
    </Stack>
  )
}

function Amount({ label, value, state }: { label: string; value: string | null; state: QuoteState }) {
  return (
    <div>
      <Text size="xs" c="dimmed" fw={550}>
        {label}
      </Text>
      {value !== null ? (
        <Text
          size="sm"
          fw={600}
          style={{ whiteSpace: 'nowrap' }}
          c={state.kind === 'measured' ? 'var(--fino-ink)' : 'dimmed'}
        >
          {value}
        </Text>
      ) : state.kind === 'failed' ? (
        <Text size="sm">–</Text>
      ) : (
        <Skeleton height={18} mt={3} width="80%" />
      )}
    </div>
  )
}

export function GuardBadge({ guard }: { guard: Quote['guard'] }) {
  const { t } = useTranslation()
  return (
    <Tooltip label={t('strategy.quote.tooBigHint')} disabled={guard === 'fits'} maw={280}>
      <Badge color={guardColours[guard]} style={{ flex: 'none' }}>
        {t(`strategy.quote.${guard}`)}
      </Badge>
    </Tooltip>
  )
}

function Basis({ state }: { state: QuoteState }) {
  const { t } = useTranslation()
  const format = useFormat()
  const textOf = useFailureText()
  switch (state.kind) {
    case 'estimating':
      return null
    case 'waiting':
      return <Remark text={t('strategy.quote.waiting')} />
    case 'measuring':
      return (
        <>
          <Loader size={12} />
          <Remark text={t('strategy.quote.measuring')} />
        </>
      )
    case 'measured': {
      const record = state.quote.trackRecord
      const basis = t(`strategy.quote.${state.quote.basis}`)
      if (record === null) return <Remark text={basis} />
      const error = format.percent(record.medianTimeError, 0)
      return <Remark text={`${basis}. ${t('strategy.quote.trackRecord', { count: record.runs, error })}`} />
    }
    case 'failed': {
      const { title, body } = textOf(state.failure)
      return <Remark text={`${t('strategy.quote.failed')}: ${title}. ${body}`} />
    }
    default:
      return state satisfies never
  }
}

function Remark({ text }: { text: string }) {
  return (
    <Text size="xs" c="dimmed" lineClamp={2} title={text}>
      {text}
    </Text>
  )
}
