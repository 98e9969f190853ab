/** Asks the trained model about one text. */
import { Badge, Button, Group, Kbd, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Prediction } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { BarList } from '../../components/BarList'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'

export function TryTextCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [prediction, setPrediction] = useState<Prediction | null>(null)
  const predicting = useAction(async (asked: string) => {
    setPrediction(await call('predictions:text', { runId: run.id, text: asked }))
  })
  const submit = () => {
    if (text.trim() !== '') void predicting.run(text)
  }
  return (
    <Card title={t('use.try')} hint={t('use.tryHint')}>
      <SimpleGrid cols={2} spacing="xl">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <Stack gap="sm">
            <Textarea
              label={t('use.textLabel')}
              placeholder={t('use.placeholder')}
              autosize
              minRows={5}
              maxRows={12}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
              }}
            />
            <Group gap="sm">
              <Button type="submit" loading={predicting.busy} disabled={text.trim() === ''}>
                {t('use.predict')}
              </Button>
              <Text size="xs" c="dimmed" aria-hidden>
                <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
              </Text>
            </Group>
            <FailureNotice failure={predicting.failure} />
          </Stack>
        </form>
        <div aria-live="polite">
          <Answer labels={run.labels} prediction={prediction} />
        </div>
      </SimpleGrid>
    </Card>
  )
}

function Answer({ labels, prediction }: { labels: readonly string[]; prediction: Prediction | null }) {
  const { t } = useTranslation()
  const format = useFormat()
  const bars = labels
    .map((name, index) => ({ name, share: prediction?.probabilities[index] ?? 0 }))
    .toSorted((left, right) => right.share - left.share)
  return (
    <Stack gap="md">
      <Group gap="sm" h={28}>
        <Text size="sm" fw={600}>
          {prediction === null ? t('use.probabilities') : t('use.answer')}
        </Text>
        {prediction !== null && <Badge size="lg">{prediction.label}</Badge>}
      </Group>
      <BarList
        label={t('use.probabilities')}
        bars={bars.map(({ name, share }) => ({
          name,
          share,
          text: prediction === null ? '–' : format.percentInColumn(share),
          strong: prediction === null || name === prediction.label,
        }))}
      />
    </Stack>
  )
}
