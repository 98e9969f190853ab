/** One number with its name, and a line on what it means. */
import { Skeleton, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface FigureProps {
  label: string
  /** Undefined: still on its way. */
  value: ReactNode | undefined
  hint?: ReactNode
  large?: boolean
}

export function Figure({ label, value, hint, large = false }: FigureProps) {
  return (
    <Stack gap={large ? 6 : 2} component="dl" m={0}>
      <Text size="xs" c="dimmed" fw={550} component="dt">
        {label}
      </Text>
      <dd style={{ margin: 0 }}>
        {value === undefined ? (
          <Skeleton height={large ? 46 : 26} width={110} />
        ) : (
          <div className="fino-figure" data-size={large ? 'large' : undefined}>
            {value}
          </div>
        )}
        {hint !== undefined && (
          <Text size="xs" c="dimmed" mt={large ? 8 : 2}>
            {hint}
          </Text>
        )}
      </dd>
    </Stack>
  )
}
