/** What a data set teaches, as one figure: its labels, the range of its numbers, or its responses. */
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset'
import { useFormat } from '../lib/format'
import { Figure } from './Figure'

export function TargetFigure({ dataset }: { dataset: Dataset | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (dataset === undefined) return <Figure label={t('check.labels')} value={undefined} />
  if (dataset.numbers !== null) {
    const words = { from: format.measure(dataset.numbers.minimum), to: format.measure(dataset.numbers.maximum) }
    return <Figure label={t('check.range')} value={t('check.rangeValue', words)} />
  }
  if (dataset.task === 'instruction') {
    return <Figure label={t('check.responses')} value={format.number(dataset.rows)} />
  }
  return <Figure label={t('check.labels')} value={format.number(dataset.labels.length)} />
}
