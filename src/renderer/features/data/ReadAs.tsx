/** How a file is read: its encoding, its delimiter, and what stands between several labels in a cell. */
import { Group, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { delimiters, encodings, type Preview, type Task } from '../../../shared/dataset'
import type { Draft } from '../../lib/routes'
import { separatorOf } from './roles'

const delimiterNames = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const
const separatorNames = { ',': 'comma', ';': 'semicolon', '|': 'pipe' } as const
const separators = [';', ',', '|'] as const

interface ReadAsProps {
  draft: Draft
  /** Undefined where the file could not be read yet. */
  preview: Preview | undefined
  task: Task | undefined
  onChange(part: Partial<Draft>): void
}

export function ReadAs({ draft, preview, task, onChange }: ReadAsProps) {
  const { t } = useTranslation()
  // JSON is UTF-8 and has no delimiter.
  const table = preview === undefined || !/\.(json|jsonl|ndjson)$/i.test(preview.fileName)
  const labelled = preview !== undefined && task === 'classification'
  if (!table && !labelled) return null
  return (
    <Group gap="md">
      {table && (
        <>
          <Select
            label={t('data.encoding')}
            placeholder={t('data.recognised')}
            data={encodings.map((value) => ({ value, label: value.toUpperCase() }))}
            value={draft.encoding ?? preview?.encoding ?? null}
            onChange={(value) => value !== null && onChange({ encoding: value })}
            w={160}
          />
          <Select
            label={t('data.delimiter')}
            placeholder={t('data.recognised')}
            data={delimiters.map((value) => ({ value, label: t(`data.delimiters.${delimiterNames[value]}`) }))}
            value={draft.delimiter ?? preview?.delimiter ?? null}
            onChange={(value) => value !== null && onChange({ delimiter: value })}
            w={160}
          />
        </>
      )}
      {labelled && (
        <SeparatorSelect value={separatorOf(preview, draft)} onValue={(separator) => onChange({ separator })} />
      )}
    </Group>
  )
}

function SeparatorSelect({ value, onValue }: { value: string; onValue(separator: string): void }) {
  const { t } = useTranslation()
  const nameOf = (separator: string) => {
    const known = separators.find((candidate) => candidate === separator)
    return known === undefined ? `“${separator}”` : t(`data.separatorNames.${separatorNames[known]}`)
  }
  const unusual = value !== '' && !separators.some((separator) => separator === value) ? [value] : []
  return (
    <Select
      label={t('data.cell')}
      data={[
        { value: 'none', label: t('data.cells.none') },
        ...[...separators, ...unusual].map((separator) => ({
          value: separator,
          label: t('data.cells.some', { separator: nameOf(separator) }),
        })),
      ]}
      value={value === '' ? 'none' : value}
      onChange={(next) => next !== null && onValue(next)}
      allowDeselect={false}
      w={290}
    />
  )
}
