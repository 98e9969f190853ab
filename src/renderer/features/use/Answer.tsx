/** What the model says of a text: one label, several, or a number. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { labelsOf } from '../../../shared/problem'
import type { Prediction } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { BarList } from '../../components/BarList'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'

interface AnswerProps {
  run: Run
  /** Null: nothing was asked yet. */
  prediction: Prediction | null
}

export function Answer({ run, prediction }: AnswerProps) {
  if (run.problem.kind === 'regression') {
    return <NumberAnswer run={run} value={prediction?.kind === 'regression' ? prediction.value : null} />
  }
  return <LabelsAnswer labels={labelsOf(run.problem)} prediction={prediction} />
}

function LabelsAnswer({ labels, prediction }: { labels: readonly string[]; prediction: Prediction | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const chosen =
    prediction?.kind === 'single-label'
      ? [prediction.label]
      : prediction?.kind === 'multi-label'
        ? prediction.labels
        : null
  const probabilities = prediction !== null && 'probabilities' in prediction ? prediction.probabilities : []
  const bars = labels
    .map((name, index) => ({ name, share: probabilities[index] ?? 0 }))
    .toSorted((left, right) => right.share - left.share)
  return (
    <Stack gap="md">
      <Group gap="sm" mih={28}>
        <Text size="sm" fw={600}>
          {chosen === null ? t('use.probabilities') : t('use.answer')}
        </Text>
        {chosen?.map((label) => (
          <Badge key={label} size="lg">
            {label}
          </Badge>
        ))}
        {chosen?.length === 0 && (
          <Badge size="lg" color="gray">
            {t('use.noLabel')}
          </Badge>
        )}
      </Group>
      <BarList
        label={t('use.probabilities')}
        bars={bars.map(({ name, share }) => ({
          name,
          share,
          text: chosen === null ? '–' : format.percentInColumn(share),
          strong: chosen === null || chosen.includes(name),
        }))}
      />
    </Stack>
  )
}

/** The number large, and where it lies among those that were learned from. */
function NumberAnswer({ run, value }: { run: Run; value: number | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const dataset = useQuery('datasets:get', { id: run.recipe.datasetId })
  const numbers = dataset.value?.numbers ?? null
  const span = numbers === null ? 0 : numbers.maximum - numbers.minimum
  return (
    <Stack gap="md">
      <Text size="sm" fw={600} mih={28}>
        {t('use.answer')}
      </Text>
      <div className="fino-figure" data-size="large">
        {value === null ? '–' : format.measure(value)}
      </div>
      {numbers !== null && span > 0 && (
        <Stack gap={6}>
          <div className="fino-range" aria-hidden>
            {value !== null && (
              <span style={{ left: `${Math.min(Math.max((value - numbers.minimum) / span, 0), 1) * 100}%` }} />
            )}
          </div>
          <Text size="sm" c="dimmed">
            {t('use.seenRange', { from: format.measure(numbers.minimum), to: format.measure(numbers.maximum) })}
          </Text>
        </Stack>
      )}
    </Stack>
  )
}
