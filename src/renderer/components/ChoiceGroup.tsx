/** Cards of which one is chosen, under a name for those who do not see the screen's title. */
import { Radio, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'

interface ChoiceGroupProps {
  label: string
  value: string | null
  onValue(value: string): void
  children: ReactNode
}

export function ChoiceGroup({ label, value, onValue, children }: ChoiceGroupProps) {
  return (
    <Radio.Group
      value={value}
      onChange={onValue}
      label={<VisuallyHidden>{label}</VisuallyHidden>}
      labelProps={{ style: { position: 'absolute' } }}
    >
      {children}
    </Radio.Group>
  )
}
