/** Where a file is dropped or chosen; also with the keyboard. */
import { Progress, Stack, Text, Title } from '@mantine/core'
import { Dropzone, type FileRejection } from '@mantine/dropzone'
import { IconFileSpreadsheet } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../lib/format'

interface FileDropProps {
  title: string
  hint: string
  /** Null: nothing is being read. */
  reading: { name: string; share: number } | null
  onFile(file: File): void
  compact?: boolean
}

const accept = {
  'text/csv': ['.csv', '.tsv', '.txt', '.tab'],
  'text/tab-separated-values': ['.tsv', '.tab'],
  'text/plain': ['.txt', '.csv', '.tsv', '.jsonl', '.ndjson'],
  'application/vnd.ms-excel': ['.csv'],
  'application/json': ['.json'],
  'application/x-ndjson': ['.jsonl', '.ndjson'],
  'application/jsonl': ['.jsonl', '.ndjson'],
}

export function FileDrop({ title, hint, reading, onFile, compact = false }: FileDropProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const [rejected, setRejected] = useState<string | null>(null)

  const reject = (rejections: FileRejection[]) =>
    setRejected(rejections.length > 1 ? t('data.tooMany') : t('data.reject'))

  return (
    <Stack gap="xs">
      <Dropzone
        className="fino-dropzone"
        style={compact ? { padding: '22px 24px' } : undefined}
        onDrop={(files) => {
          setRejected(null)
          const file = files[0]
          if (file !== undefined) onFile(file)
        }}
        onReject={reject}
        accept={accept}
        multiple={false}
        disabled={reading !== null}
        aria-label={title}
        role="button"
      >
        <Stack align="center" gap={compact ? 6 : 'sm'} ta="center" style={{ pointerEvents: 'none' }}>
          <IconFileSpreadsheet size={compact ? 26 : 42} stroke={1.3} color="var(--fino-accent)" aria-hidden />
          {reading === null ? (
            <>
              <Title order={compact ? 3 : 2}>{title}</Title>
              <Text size="sm" c="dimmed" maw={620} style={{ textWrap: 'balance' }}>
                {hint}
              </Text>
            </>
          ) : (
            <>
              <Title order={compact ? 3 : 2}>{t('data.uploading', { name: reading.name })}</Title>
              <Progress value={reading.share * 100} w={260} aria-label={t('data.uploading', { name: reading.name })} />
              <Text size="sm" c="dimmed">
                {t('data.uploadShare', { share: format.percent(reading.share, 0) })}
              </Text>
            </>
          )}
        </Stack>
      </Dropzone>
      {rejected !== null && (
        <Text size="sm" c="brick" role="alert">
          {rejected}
        </Text>
      )}
    </Stack>
  )
}
