/** Named quantities as bars with their numbers: the label balance, the probabilities of an answer. */
import { Group, Stack, Text } from '@mantine/core'

interface BarListProps {
  label: string
  bars: readonly { name: string; share: number; text: string; strong?: boolean }[]
}

/** `share`: 0 to 1 of the list's full width. */
export function BarList({ label, bars }: BarListProps) {
  return (
    <Stack gap={12} component="ul" className="fino-quiet-list" aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.name}>
          <Group justify="space-between" gap="md" wrap="nowrap" mb={4}>
            <Text size="sm" truncate fw={bar.strong === true ? 650 : 500} title={bar.name}>
              {bar.name}
            </Text>
            <Text size="sm" c={bar.strong === true ? 'var(--fino-ink)' : 'dimmed'} fw={bar.strong === true ? 650 : 400}>
              {bar.text}
            </Text>
          </Group>
          <div className="fino-bar" data-quiet={bar.strong === false} aria-hidden>
            <span style={{ width: `${Math.max(bar.share * 100, bar.share > 0 ? 0.5 : 0)}%` }} />
          </div>
        </li>
      ))}
    </Stack>
  )
}
