/** The first look at a file: how it is read, which column is which; then it is imported. */
import { Badge, Button, Group, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileReference } from '../../../shared/contract'
import {
  type Dataset,
  delimiterSchema,
  delimiters,
  encodingSchema,
  encodings,
  type ImportOptions,
  type Preview,
} from '../../../shared/dataset'
import type { FailureCode } from '../../../shared/failure'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { withFileName } from '../../lib/failure-text'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { quoted } from '../../lib/recipe-changes'
import type { Draft } from '../../lib/routes'
import { PreviewTable } from './PreviewTable'
import { type Roles, rolesOf } from './roles'

/** Failures that another encoding or delimiter may cure. */
const readOtherwise: ReadonlySet<FailureCode> = new Set([
  'dataset-malformed',
  'encoding-unknown',
  'column-duplicate',
  'file-binary',
])

interface PreviewPanelProps {
  draft: Draft
  file: FileReference
  onDraft(draft: Draft): void
  onStartOver(): void
  onDataset(dataset: Dataset): void
}

const delimiterNames = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const

export function PreviewPanel({ draft, file, onDraft, onStartOver, onDataset }: PreviewPanelProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const reading = readingOptions(draft)
  const preview = useQuery('datasets:preview', { file, options: reading })
  const shown = preview.value
  const [name, setName] = useState<string>()
  const roles = shown === undefined ? null : rolesOf(shown, draft)

  const importing = useAction(async (options: ImportOptions) => {
    onDataset(await call('datasets:import', { file, options }))
  })

  const change = (part: Partial<Draft>) => {
    importing.forget()
    onDraft({ ...draft, ...part })
  }
  const startOver = (
    <Button variant="default" size="xs" onClick={onStartOver}>
      {t('data.another')}
    </Button>
  )

  if (shown === undefined || roles === null) {
    return preview.failure === undefined ? (
      <Skeleton height={420} radius="lg" aria-label={t('app.loading')} />
    ) : (
      <Stack>
        <FailureNotice failure={withFileName(preview.failure, file)} retry={preview.reload}>
          {startOver}
        </FailureNotice>
        {readOtherwise.has(preview.failure.code) && <ReadAs draft={draft} shown={undefined} onChange={change} />}
      </Stack>
    )
  }

  const submit = () => {
    if (roles.text === null || roles.target === null) return
    void importing.run({
      ...reading,
      textColumn: roles.text,
      targetColumn: roles.target,
      name: (name ?? nameFrom(shown.fileName)).trim() || shown.fileName,
    })
  }

  return (
    <Stack gap="lg">
      <Card
        title={shown.fileName}
        hint={t('data.fileFacts', {
          size: format.bytes(shown.byteLength),
          rows: t('common.rows', { count: shown.rowCount, formatted: format.number(shown.rowCount) }),
        })}
        aside={startOver}
      >
        <ReadAs draft={draft} shown={shown} onChange={change} />
        <Text size="sm" c="dimmed">
          {t('data.previewHint')}
        </Text>
        <PreviewTable preview={shown} roles={roles} onRoles={(next) => change(draftRoles(next))} />
        <TaskLine preview={shown} roles={roles} />
        <FailureNotice failure={withFileName(importing.failure, file)} />
        <Group align="flex-end" justify="space-between">
          <TextInput
            label={t('data.name')}
            value={name ?? nameFrom(shown.fileName)}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={120}
            w={320}
            onKeyDown={(event) => event.key === 'Enter' && submit()}
          />
          <Button
            size="md"
            onClick={submit}
            loading={importing.busy}
            disabled={roles.text === null || roles.target === null}
          >
            {t('data.import')}
          </Button>
        </Group>
      </Card>
      <EquivalentCommand command={importCommand(file, shown, roles)} />
    </Stack>
  )
}

interface ReadAsProps {
  draft: Draft
  shown: Preview | undefined
  onChange(part: Partial<Draft>): void
}

function ReadAs({ draft, shown, onChange }: ReadAsProps) {
  const { t } = useTranslation()
  return (
    <Group gap="md">
      <Select
        label={t('data.encoding')}
        placeholder={t('data.recognised')}
        data={encodings.map((value) => ({ value, label: value.toUpperCase() }))}
        value={draft.encoding ?? shown?.encoding ?? null}
        onChange={(value) => value !== null && onChange({ encoding: value })}
        w={160}
      />
      <Select
        label={t('data.delimiter')}
        placeholder={t('data.recognised')}
        data={delimiters.map((value) => ({ value, label: t(`data.delimiters.${delimiterNames[value]}`) }))}
        value={draft.delimiter ?? shown?.delimiter ?? null}
        onChange={(value) => value !== null && onChange({ delimiter: value })}
        w={160}
      />
    </Group>
  )
}

function TaskLine({ preview, roles }: { preview: Preview; roles: Roles }) {
  const { t } = useTranslation()
  const target = preview.columns.find((column) => column.name === roles.target)
  if (roles.text === null || target === undefined) return <Text size="sm">{t('data.chooseRoles')}</Text>
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        {t('data.task')}
      </Text>
      <Badge>{t('data.tasks.classification')}</Badge>
      <Text size="sm" c="dimmed">
        {t('data.taskHint')} · {t('common.labels', { count: target.distinctValues })}
      </Text>
    </Group>
  )
}

function readingOptions(draft: Draft): ImportOptions {
  const encoding = encodingSchema.safeParse(draft.encoding)
  const delimiter = delimiterSchema.safeParse(draft.delimiter)
  return {
    ...(encoding.success ? { encoding: encoding.data } : {}),
    ...(delimiter.success ? { delimiter: delimiter.data } : {}),
  }
}

function draftRoles(roles: Roles): Partial<Draft> {
  return { text: roles.text ?? 'none', target: roles.target ?? 'none' }
}

function nameFrom(fileName: string): string {
  return fileName.replace(/\.[^.]+$/, '').replaceAll(/[_-]+/g, ' ')
}

function importCommand(file: FileReference, preview: Preview, roles: Roles): string {
  const path = file.kind === 'path' ? file.path : preview.fileName
  const words = ['fino import', quoted(path)]
  if (roles.text !== null) words.push('--text', quoted(roles.text))
  if (roles.target !== null) words.push('--target', quoted(roles.target))
  return words.join(' ')
}
