/** How long the texts are, and what a limit would cut off. */
import { Group, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DataReport } from '../../../shared/dataset'
import { usualMaxLength } from '../../../shared/recipe'
import { Card } from '../../components/Card'
import { Histogram } from '../../components/Histogram'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'

interface LengthCardProps {
  /** Whether prompts were measured together with their responses. */
  answers: boolean
  tokens: NonNullable<DataReport['tokens']>
  maxLength: number | undefined
  onMaxLength(maxLength: number): void
}

export function LengthCard({ answers, tokens, maxLength, onMaxLength }: LengthCardProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const models = useQuery('models:list', null, ['models:changed'])
  const model = models.value?.find(({ id }) => id === tokens.modelId)?.name ?? tokens.modelId
  const lengths = tokens.truncation
  const chosen = maxLength ?? usualLength(lengths)
  const entry = lengths.find((candidate) => candidate.maxLength === chosen)
  const next = lengths.find((candidate) => candidate.maxLength > chosen && candidate.share < (entry?.share ?? 0))
  return (
    <Card
      title={answers ? t('check.lengthsAnswers') : t('check.lengths')}
      hint={answers ? t('check.lengthsHintAnswers') : t('check.lengthsHint')}
    >
      <SimpleGrid cols={2} spacing="xl">
        <Histogram
          label={t('check.histogramLabel')}
          bins={tokens.histogram}
          line={chosen}
          limits
          binLabel={(bin) =>
            t('check.bin', { from: format.number(bin.from), to: format.number(bin.to), rows: format.number(bin.rows) })
          }
        />
        <Stack gap="sm" justify="center">
          <Text size="sm" fw={600} id="length-limit">
            {t('check.limit')}
          </Text>
          <Group>
            <SegmentedControl
              size="sm"
              aria-labelledby="length-limit"
              data={lengths.map((candidate) => ({
                value: String(candidate.maxLength),
                label: format.number(candidate.maxLength),
              }))}
              value={String(chosen)}
              onChange={(value) => onMaxLength(Number(value))}
            />
          </Group>
          {entry !== undefined && (
            <Text fw={550} aria-live="polite">
              {entry.share === 0
                ? t('check.truncatedNone', { length: format.number(chosen) })
                : t('check.truncated', { share: format.percent(entry.share), length: format.number(chosen) })}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {next !== undefined &&
              `${t('check.truncatedCost', { length: format.number(next.maxLength), share: format.percent(next.share) })} `}
            {t('check.modelOf', { model })}
          </Text>
        </Stack>
      </SimpleGrid>
    </Card>
  )
}

/** What a run uses where nothing is chosen, or as many tokens as the model reads. */
function usualLength(lengths: readonly { maxLength: number }[]): number {
  return (
    lengths.findLast(({ maxLength }) => maxLength <= usualMaxLength)?.maxLength ??
    lengths[0]?.maxLength ??
    usualMaxLength
  )
}
