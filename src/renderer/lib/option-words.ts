/** A strategy's options in words: their names, what they do, and their values. */
import { useTranslation } from 'react-i18next'
import type { OptionValue, StrategyId } from '../../shared/strategy'
import { useFormat } from './format'

export interface OptionWords {
  label: string
  hint: string
  /** One of its choices; what has no translation (the name of a matrix) shows as it is. */
  choice(value: string): string
  write(value: OptionValue): string
}

/** An option that has no translation yet shows its own name. */
export function useOptionWords(strategy: StrategyId): (name: string) => OptionWords {
  const { t, i18n } = useTranslation()
  const write = useValueWords()
  return (name) => {
    const words = (path: string, fallback: string) => {
      const key = `strategy.${strategy}.options.${name}.${path}`
      return i18n.exists(key) ? String(t(key as 'strategy.lora.options.rank.label')) : fallback
    }
    const choice = (value: string) => (value === '' ? t('common.none') : words(`choices.${value}`, value))
    return {
      label: words('label', name),
      hint: words('hint', ''),
      choice,
      write: (value) => (typeof value === 'string' ? choice(value) : write(value)),
    }
  }
}

/** A value without the option it belongs to; null = what is usual. */
export function useValueWords(): (value: OptionValue | null) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return (value) => {
    if (value === null) return t('common.usual')
    if (typeof value === 'number') return format.significant(value)
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
    return typeof value === 'string' ? value : value.join(', ')
  }
}
