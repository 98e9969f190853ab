/** The command line that does what the screen does. */
import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CopyableCode } from './CopyableCode'

export function EquivalentCommand({ command }: { command: string }) {
  const { t } = useTranslation()
  return (
    <Stack gap={6}>
      <Text size="xs" c="dimmed" fw={550}>
        {t('common.command')}
      </Text>
      <CopyableCode code={command} label={t('common.commandLabel')} copyLabel={t('common.copyCommand')} />
    </Stack>
  )
}
