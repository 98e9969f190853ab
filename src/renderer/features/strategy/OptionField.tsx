/** One of the strategy's own settings, as its description says: a number, a choice, several, or a switch. */
import { MultiSelect, Select, Switch, TextInput } from '@mantine/core'
import type { OptionDescription, OptionValue, StrategyId } from '../../../shared/strategy'
import { Field, NumberSetting } from '../../components/Field'
import { useOptionWords } from '../../lib/option-words'
import { WordListSetting } from './WordListSetting'

interface OptionFieldProps {
  strategy: StrategyId
  option: OptionDescription
  /** Undefined: as the preset has it. */
  value: OptionValue | undefined
  onValue(value: OptionValue | undefined): void
}

export function OptionField({ strategy, option, value, onValue }: OptionFieldProps) {
  const { label, hint, choice, write } = useOptionWords(strategy)(option.name)
  const reset = () => onValue(undefined)
  const frame = { label, hint, changedFrom: value === undefined ? null : write(option.value), onReset: reset }
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
            data={option.choices.map((each) => ({ value: each, label: choice(each) }))}
            allowDeselect={false}
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
            data={option.choices.map((each) => ({ value: each, label: choice(each) }))}
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
    case 'text':
      return (
        <Field {...frame}>
          <TextInput
            aria-label={label}
            maxLength={option.maximumLength}
            value={typeof value === 'string' ? value : option.value}
            onChange={(event) => {
              const next = event.currentTarget.value
              onValue(next === option.value ? undefined : next)
            }}
          />
        </Field>
      )
    case 'word-list':
      return (
        <Field {...frame} wide>
          <WordListSetting
            label={label}
            value={typeof value === 'string' ? value : option.value}
            onValue={(next) => onValue(next === option.value ? undefined : next)}
          />
        </Field>
      )
    default:
      return option satisfies never
  }
}

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member))
}
