/** A screen's frame: its title, one sentence of introduction, and its actions. */
import { Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface PageProps {
  title: string
  intro?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, intro, actions, children }: PageProps) {
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="lg">
        <Stack gap={6}>
          <Title order={1}>{title}</Title>
          {intro !== undefined && (
            <Text c="dimmed" maw={680} style={{ textWrap: 'balance' }}>
              {intro}
            </Text>
          )}
        </Stack>
        {actions}
      </Group>
      {children}
    </Stack>
  )
}
