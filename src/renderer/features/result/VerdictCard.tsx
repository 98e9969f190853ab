/** The verdict in a sentence, the scores large, and why training stopped. */
import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Problem, ProblemKind } from '../../../shared/problem'
import type { RunResult } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Figure } from '../../components/Figure'
import { useFormat } from '../../lib/format'
import { type Score, scoresOf, writeScore } from '../../lib/scores'
import { hasSteps } from '../../lib/strategy-groups'
import { type Verdict, verdictOf } from './verdict'

const tones = { poor: 'var(--fino-bad)', some: 'var(--fino-warn)', good: 'var(--fino-good)' } as const

export function VerdictCard({ run, result }: { run: Run; result: RunResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const head = run.adaptation?.head ?? null
  const verdict = verdictOf(result, head)
  const sentence = useVerdictSentence(run.problem)
  return (
    <section className="fino-card" aria-labelledby="verdict" style={{ borderLeft: `4px solid ${tones[verdict.tone]}` }}>
      <Stack gap="lg">
        <Stack gap={6}>
          <Text id="verdict" size="xl" fw={600} maw={900} style={{ textWrap: 'pretty' }}>
            {sentence(verdict, t(`strategy.${run.recipe.strategy}.name`))}
          </Text>
          <Text c="dimmed">
            {verdict.tone === 'some' && head === 'new'
              ? t('result.newHead')
              : t(`result.tones.${verdict.kind}.${verdict.tone}`)}
          </Text>
        </Stack>
        <Scores result={result} />
        {hasSteps(run.recipe.strategy) && (
          <Text size="sm" c="dimmed">
            <b>{t('result.stopReason')}.</b>{' '}
            {t(`result.stoppedBecause.${result.stoppedBecause}`, {
              count: run.recipe.epochs,
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

/** Beside each figure, what it means, what needs no reading scores, and the validation split's. */
function Scores({ result }: { result: RunResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const naive = scoresOf(result.naive)
  const validation = scoresOf(result.validation)
  const find = (scores: readonly Score[], { name }: Score) => scores.find((score) => score.name === name)
  return (
    <div className="fino-scores">
      {scoresOf(result.test).map((score) => (
        <Figure
          key={score.name}
          large
          label={t(`result.scores.${score.name}`)}
          value={writeScore(score, format)}
          hint={
            <>
              {t(`result.scoreHints.${score.name}`)}
              <Beside score={find(naive, score)} words={`result.naive.${result.test.kind}`} />
              {/* An adaptation's held-out texts are both. */}
              {result.test.kind !== 'language' && <Beside score={find(validation, score)} words="result.validation" />}
            </>
          }
        />
      ))}
    </div>
  )
}

/** Where the same was measured of something else. */
function Beside({
  score,
  words,
}: {
  score: Score | undefined
  words: `result.naive.${ProblemKind}` | 'result.validation'
}) {
  const { t } = useTranslation()
  const format = useFormat()
  if (score === undefined) return null
  return (
    <>
      <br />
      {t(words, { value: writeScore(score, format) })}
    </>
  )
}

function useVerdictSentence(problem: Problem): (verdict: Verdict, strategy: string) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return (verdict, strategy) => {
    switch (verdict.kind) {
      case 'single-label': {
        const words = {
          strategy,
          correct: format.number(verdict.correct),
          total: format.number(verdict.total),
          baseline: format.number(verdict.baseline),
        }
        return verdict.majority === null
          ? t('result.verdict.single-label-plain', words)
          : t('result.verdict.single-label', { ...words, majority: verdict.majority })
      }
      case 'multi-label':
        return t('result.verdict.multi-label', {
          strategy,
          score: format.score(verdict.score),
          correct: format.number(verdict.correct),
          total: format.number(verdict.total),
          baseline: format.score(verdict.baseline),
        })
      case 'regression': {
        const words = { strategy, error: format.measure(verdict.error), baseline: format.measure(verdict.baseline) }
        return verdict.r2 <= 0
          ? t('result.verdict.regression-poor', words)
          : t('result.verdict.regression', { ...words, score: format.percent(verdict.r2, 0) })
      }
      case 'language':
        return t(`result.verdict.${problem.kind === 'language' ? problem.objective : 'masked'}`, {
          count: verdict.total,
          total: format.number(verdict.total),
          pieces: format.number(verdict.pieces),
          foreseen: format.percent(verdict.foreseen),
          before: verdict.baseline === null ? '' : t('result.before', { share: format.percent(verdict.baseline) }),
        })
      case 'instruction': {
        const words = {
          strategy,
          total: format.number(verdict.total),
          score: format.measure(verdict.perplexity),
          baseline: format.measure(verdict.baseline),
        }
        return verdict.tone === 'poor'
          ? t('result.verdict.instruction-poor', words)
          : t('result.verdict.instruction', words)
      }
      default:
        return verdict satisfies never
    }
  }
}
