/** A setting with its one-line explanation; where it was changed, the preset and the way back to it. */
import { ActionIcon, Badge, Group, NumberInput, Stack, Text, Tooltip } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../lib/format'
import type { NumberRange } from '../lib/number-ranges'

interface FieldProps {
  label: string
  hint: string
  /** The preset in words where the value differs from it, else null. */
  changedFrom: string | null
  onReset(): void
  /** Takes two columns of the form. */
  wide?: boolean
  children: ReactNode
}

export function Field({ label, hint, changedFrom, onReset, wide = false, children }: FieldProps) {
  const { t } = useTranslation()
  return (
    <Stack gap={5} style={wide ? { gridColumn: 'span 2' } : undefined}>
      <Group gap={6} h={22} wrap="nowrap">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        {changedFrom !== null && (
          <>
            <Badge size="sm">{t('strategy.changed')}</Badge>
            <Tooltip label={t('strategy.presetValue', { value: changedFrom })}>
              <ActionIcon size={20} aria-label={t('strategy.resetField', { field: label })} onClick={onReset}>
                <IconArrowBackUp size={14} />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </Group>
      {children}
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </Stack>
  )
}

interface NumberSettingProps {
  label: string
  hint: string
  range: NumberRange
  preset: number
  value: number
  onValue(value: number): void
}

export function NumberSetting({ label, hint, range, preset, value, onValue }: NumberSettingProps) {
  const format = useFormat()
  const separator = format.number(0.5, 1).charAt(1)
  // What is being typed may not be a number yet ("0.0"); it is kept apart until the field is left.
  const [typed, setTyped] = useState<number | string>()
  return (
    <Field
      label={label}
      hint={hint}
      changedFrom={value === preset ? null : format.significant(preset)}
      onReset={() => {
        setTyped(undefined)
        onValue(preset)
      }}
    >
      <NumberInput
        aria-label={label}
        min={range.minimum}
        max={range.maximum}
        step={range.step}
        allowDecimal={!Number.isInteger(range.step)}
        decimalSeparator={separator}
        value={typed ?? value}
        onChange={(next) => {
          setTyped(next)
          if (typeof next === 'number' && next >= range.minimum && next <= range.maximum) onValue(next)
        }}
        onBlur={() => setTyped(undefined)}
      />
    </Field>
  )
}
