/** The verdict in a sentence, accuracy and macro-F1 large, and why training stopped. */
import { Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RunResult } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Figure } from '../../components/Figure'
import { useFormat } from '../../lib/format'
import { verdictOf } from './verdict'

const tones = { poor: 'var(--fino-bad)', some: 'var(--fino-warn)', good: 'var(--fino-good)' } as const

export function VerdictCard({ run, result }: { run: Run; result: RunResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const verdict = verdictOf(result)
  const words = {
    strategy: t(`strategy.${run.recipe.strategy}.name`),
    correct: format.number(verdict.correct),
    total: format.number(verdict.total),
    baseline: format.number(verdict.baseline),
  }
  return (
    <section className="fino-card" aria-labelledby="verdict" style={{ borderLeft: `4px solid ${tones[verdict.tone]}` }}>
      <Stack gap="lg">
        <Stack gap={6}>
          <Text id="verdict" size="xl" fw={600} maw={900} style={{ textWrap: 'pretty' }}>
            {verdict.majority === null
              ? t('result.verdictPlain', words)
              : t('result.verdict', { ...words, majority: verdict.majority })}
          </Text>
          <Text c="dimmed">{t(`result.${verdict.tone}`)}</Text>
        </Stack>
        <Group gap={72} align="flex-start">
          <Figure
            large
            label={t('result.accuracy')}
            value={format.percent(result.test.accuracy)}
            hint={
              <>
                {t('result.accuracyHint')}
                <br />
                {t('result.baseline', { value: format.percent(result.majority.accuracy) })} ·{' '}
                {t('result.validation', { value: format.percent(result.validation.accuracy) })}
              </>
            }
          />
          <Figure
            large
            label={t('result.macroF1')}
            value={format.score(result.test.macroF1)}
            hint={
              <>
                {t('result.macroF1Hint')}
                <br />
                {t('result.baseline', { value: format.score(result.majority.macroF1) })} ·{' '}
                {t('result.validation', { value: format.score(result.validation.macroF1) })}
              </>
            }
          />
        </Group>
        {run.recipe.strategy !== 'feature-based' && (
          <Text size="sm" c="dimmed">
            <b>{t('result.stopReason')}.</b>{' '}
            {t(`result.stoppedBecause.${result.stoppedBecause}`, {
              epochs: format.number(run.recipe.epochs),
              best: format.number(result.bestStep),
              steps: format.number(result.steps),
            })}
          </Text>
        )}
      </Stack>
    </section>
  )
}
