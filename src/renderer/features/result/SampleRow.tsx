/** A test text with what the person said and what the model says. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../../shared/problem'
import type { ScoredRow } from '../../../shared/result'
import { useFormat } from '../../lib/format'

export function SampleRow({ row, problem }: { row: ScoredRow; problem: Problem }) {
  const { t } = useTranslation()
  const format = useFormat()
  const right = said(row.target) === said(row.predicted)
  const answers = problem.kind === 'instruction'
  return (
    <article className="fino-sample" data-answers={answers}>
      <div>
        <Text size="sm" className={answers ? 'fino-clamp-long' : 'fino-clamp'} style={{ overflowWrap: 'anywhere' }}>
          {row.text}
        </Text>
        <Text size="xs" c="dimmed" mt={2}>
          {t('common.row')} {row.id} · {remark()}
        </Text>
      </div>
      <Said who={t('result.you')}>{said(row.target)}</Said>
      <Said who={t('result.modelSays')} wrong={!right && problem.kind !== 'regression' && !answers}>
        {row.predicted === '' ? <i>{answers ? t('result.noAnswer') : t('use.noLabel')}</i> : said(row.predicted)}
      </Said>
    </article>
  )

  function said(text: string): string {
    switch (problem.kind) {
      case 'regression':
        return format.measure(Number(text))
      case 'multi-label':
        return problem.labels.filter((label) => labelsIn(text, problem.separator).includes(label)).join(', ')
      default:
        return text.trim()
    }
  }

  function remark(): string {
    if (problem.kind === 'regression') {
      return t('result.offBy', { value: format.measure(Math.abs(Number(row.predicted) - Number(row.target))) })
    }
    if (row.probability !== null) return t('result.probability', { share: format.percent(row.probability, 0) })
    return t('result.lossOf', { value: format.measure(row.loss) })
  }
}

function Said({ who, wrong = false, children }: { who: string; wrong?: boolean; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {who}
      </Text>
      <Text size="sm" fw={550} c={wrong ? 'var(--fino-bad)' : 'var(--fino-ink)'} className="fino-clamp-long">
        {children}
      </Text>
    </div>
  )
}

function labelsIn(cell: string, separator: string): string[] {
  return cell.split(separator).map((label) => label.trim())
}
