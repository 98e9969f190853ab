/** Drop a file, choose one, or take the example. */
import { Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconArrowRight, IconSparkles } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { FileReference } from '../../../shared/contract'
import { FailureNotice } from '../../components/FailureNotice'
import { FileDrop } from '../../components/FileDrop'
import { useReading } from '../../lib/reading'

export function ChooseFile({ onFile }: { onFile(file: FileReference): void }) {
  const { t } = useTranslation()
  const { reading, read, failure } = useReading(onFile)
  return (
    <Stack gap="md">
      <FileDrop title={t('data.drop')} hint={t('data.dropHint')} reading={reading} onFile={read} />
      <FailureNotice failure={failure} />
      <UnstyledButton
        className="fino-choice"
        style={{ height: 'auto' }}
        onClick={() => onFile({ kind: 'example' })}
        aria-label={t('data.example')}
      >
        <Group justify="space-between" wrap="nowrap">
          <Group gap="md" wrap="nowrap">
            <IconSparkles size={22} stroke={1.6} color="var(--fino-accent)" aria-hidden />
            <div>
              <Text fw={600}>{t('data.example')}</Text>
              <Text size="sm" c="dimmed">
                {t('data.exampleHint')}
              </Text>
            </div>
          </Group>
          <IconArrowRight size={18} color="var(--fino-soft-ink)" aria-hidden />
        </Group>
      </UnstyledButton>
    </Stack>
  )
}
