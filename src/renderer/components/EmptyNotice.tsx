/** What stands where nothing is yet: why, and what to do about it. */
import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface EmptyNoticeProps {
  icon: ReactNode
  title: string
  hint: string
  action?: ReactNode
}

export function EmptyNotice({ icon, title, hint, action }: EmptyNoticeProps) {
  return (
    <div className="fino-card">
      <Stack align="center" gap="sm" py={48} ta="center">
        <Text c="dimmed" component="span" aria-hidden>
          {icon}
        </Text>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" maw={420}>
          {hint}
        </Text>
        {action}
      </Stack>
    </div>
  )
}
