/** What a data set teaches, in a few words. */
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { useFormat } from '../../lib/format'

export function useTaskWords(): (dataset: Dataset) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return ({ task, labels, numbers }) => {
    if (task === 'instruction') return t('data.answers')
    if (numbers === null) return t('common.labels', { count: labels.length })
    return t('data.range', { from: format.measure(numbers.minimum), to: format.measure(numbers.maximum) })
  }
}
