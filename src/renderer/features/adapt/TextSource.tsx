/** Which texts a model is adapted to: those of the data set, or those of a file. */
import { Button, Group, Radio, Select, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Dataset, Preview } from '../../../shared/dataset'
import { FailureNotice } from '../../components/FailureNotice'
import { FileDrop } from '../../components/FileDrop'
import { fileNameOf, hasLines } from '../../lib/adaptation'
import { useReading } from '../../lib/reading'
import type { AdaptationDraft } from '../../lib/routes'

interface TextSourceProps {
  dataset: Dataset
  draft: AdaptationDraft
  /** Of the chosen file, where it is a table. */
  preview: Preview | undefined
  unreadable: boolean
  textColumn: string | null
  onChange(part: Partial<AdaptationDraft>): void
}

export function TextSource({ dataset, draft, preview, unreadable, textColumn, onChange }: TextSourceProps) {
  const { t } = useTranslation()
  const { reading, read, failure } = useReading((file) => onChange({ file, text: undefined }))
  const { file } = draft
  // What is chosen has the focus when the panel opens.
  const focused = (value: 'dataset' | 'file') => (draft.source ?? 'dataset') === value || undefined
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t('adapt.which')}
        value={draft.source ?? 'dataset'}
        onChange={(value) => onChange({ source: value === 'file' ? 'file' : undefined })}
      >
        <Group gap="xl" mt={8}>
          <Radio
            value="dataset"
            label={t('adapt.fromDataset', { name: dataset.name })}
            data-autofocus={focused('dataset')}
          />
          <Radio value="file" label={t('adapt.fromFile')} data-autofocus={focused('file')} />
        </Group>
      </Radio.Group>
      {draft.source === 'file' && file === undefined && (
        <FileDrop compact title={t('adapt.drop')} hint={t('adapt.dropHint')} reading={reading} onFile={read} />
      )}
      <FailureNotice failure={failure} />
      {draft.source === 'file' && file !== undefined && (
        <Group align={hasLines(file) || unreadable ? 'center' : 'flex-end'} justify="space-between" wrap="nowrap">
          {hasLines(file) || unreadable ? (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <b>{fileNameOf(file)}</b>
              {!unreadable && ` · ${t('adapt.lines')}`}
            </Text>
          ) : (
            <Select
              label={t('adapt.column', { file: fileNameOf(file) })}
              placeholder={t('adapt.chooseColumn')}
              data={preview?.columns.map(({ name }) => name) ?? []}
              value={textColumn}
              allowDeselect={false}
              disabled={preview === undefined}
              onChange={(text) => text !== null && onChange({ text })}
              style={{ flex: 1 }}
              maw={380}
            />
          )}
          <Button variant="default" onClick={() => onChange({ file: undefined, text: undefined })}>
            {t('adapt.otherFile')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
