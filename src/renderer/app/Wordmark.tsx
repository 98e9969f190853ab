/** The product's name beside its mark: a tuning fork. */
import { Group, Text } from '@mantine/core'

export function Wordmark() {
  return (
    <Group gap={10}>
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <title>Fino</title>
        <rect width="26" height="26" rx="7.5" fill="var(--fino-accent)" />
        <path
          d="M9 6v5.2a4 4 0 0 0 8 0V6M13 15.4V20.5"
          fill="none"
          stroke="var(--fino-card)"
          strokeWidth="2.1"
          strokeLinecap="round"
        />
      </svg>
      <Text fw={700} fz={21} lts="-0.03em" component="span">
        Fino
      </Text>
    </Group>
  )
}
