/** A titled region on a screen. */
import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

interface CardProps {
  title?: string
  hint?: ReactNode
  /** At the end of the title's line. */
  aside?: ReactNode
  children?: ReactNode
}

export function Card({ title, hint, aside, children }: CardProps) {
  const id = useId()
  return (
    <section className="fino-card" aria-labelledby={title === undefined ? undefined : id}>
      <Stack gap="md">
        {(title !== undefined || aside !== undefined) && (
          <Group justify="space-between" align="flex-start" wrap="nowrap">
            <Stack gap={2}>
              {title !== undefined && (
                <Title order={2} id={id}>
                  {title}
                </Title>
              )}
              {hint !== undefined && (
                <Text size="sm" c="dimmed">
                  {hint}
                </Text>
              )}
            </Stack>
            {aside}
          </Group>
        )}
        {children}
      </Stack>
    </section>
  )
}
