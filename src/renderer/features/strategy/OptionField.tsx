/** One of the strategy's own settings, as its description says: a number, a choice, several, or a switch. */
import { MultiSelect, Select, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { OptionDescription, OptionValue } from '../../../shared/strategy'
import { useOptionValue } from '../../lib/option-value'
import { Field, NumberSetting } from './Field'

interface OptionFieldProps {
  option: OptionDescription
  /** Undefined: as the preset has it. */
  value: OptionValue | undefined
  onValue(value: OptionValue | undefined): void
}

export function OptionField({ option, value, onValue }: OptionFieldProps) {
  const { label, hint } = useOptionWords(option.name)
  const words = useOptionValue()
  const reset = () => onValue(undefined)
  const frame = { label, hint, changedFrom: value === undefined ? null : words(option.value), onReset: reset }
  switch (option.kind) {
    case 'number':
      return (
        <NumberSetting
          label={label}
          hint={hint}
          range={option}
          preset={option.value}
          value={typeof value === 'number' ? value : option.value}
          onValue={(next) => onValue(next === option.value ? undefined : next)}
        />
      )
    case 'choice':
      return (
        <Field {...frame}>
          <Select
            aria-label={label}
            data={option.choices}
            value={typeof value === 'string' ? value : option.value}
            onChange={(next) => onValue(next === null || next === option.value ? undefined : next)}
          />
        </Field>
      )
    case 'several':
      return (
        <Field {...frame}>
          <MultiSelect
            aria-label={label}
            data={option.choices}
            value={Array.isArray(value) ? value : option.value}
            onChange={(next) => onValue(sameMembers(next, option.value) ? undefined : next)}
          />
        </Field>
      )
    case 'switch':
      return (
        <Field {...frame}>
          <Switch
            aria-label={label}
            my={7}
            checked={typeof value === 'boolean' ? value : option.value}
            onChange={(event) => {
              const next = event.currentTarget.checked
              onValue(next === option.value ? undefined : next)
            }}
          />
        </Field>
      )
    default:
      return option satisfies never
  }
}

/** The name on the form and its explanation; an option that has no translation yet shows its own name. */
export function useOptionWords(name: string): { label: string; hint: string } {
  const { t, i18n } = useTranslation()
  const words = (key: 'options' | 'optionHints', fallback: string) => {
    const path = `strategy.${key}.${name}`
    return i18n.exists(path) ? String(t(path as 'strategy.options.rank')) : fallback
  }
  return { label: words('options', name), hint: words('optionHints', '') }
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member))
}
