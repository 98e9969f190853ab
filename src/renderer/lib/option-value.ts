/** A strategy's option as words. */
import { useTranslation } from 'react-i18next'
import type { OptionValue } from '../../shared/strategy'
import { useFormat } from './format'

export function useOptionValue(): (value: OptionValue) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return (value) => {
    if (typeof value === 'number') return format.significant(value)
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
    return typeof value === 'string' ? value : value.join(', ')
  }
}
