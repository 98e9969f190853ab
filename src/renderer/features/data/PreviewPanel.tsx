/** The first look at a file: what the model should do, how the file is read, which column is which; then it is imported. */
import { Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileReference } from '../../../shared/contract'
import { type Dataset, delimiterSchema, encodingSchema, type ImportOptions, taskSchema } from '../../../shared/dataset'
import type { FailureCode } from '../../../shared/failure'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { withFileName } from '../../lib/failure-text'
import { useFormat } from '../../lib/format'
import { importCommand } from '../../lib/import-command'
import { useLast } from '../../lib/last'
import { useQuery } from '../../lib/query'
import type { Draft } from '../../lib/routes'
import { PreviewTable } from './PreviewTable'
import { ReadAs } from './ReadAs'
import { draftRoles, importOptions, rolesOf, separatorOf, taskOf } from './roles'
import { TaskChoice } from './TaskChoice'

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

export function PreviewPanel({ draft, file, onDraft, onStartOver, onDataset }: PreviewPanelProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const reading = readingOptions(draft)
  const preview = useQuery('datasets:preview', { file, options: reading })
  const shown = useLast(preview.value, preview.failure !== undefined)
  const [name, setName] = useState<string>()

  const importing = useAction(async (options: ImportOptions) => {
    onDataset(await call('datasets:import', { file, options }))
  })

  const change = (part: Partial<Draft>) => {
    importing.forget()
    onDraft({ ...draft, ...part })
  }
  const startOver = (
    <Button variant="default" size="xs" onClick={onStartOver} style={{ flex: 'none' }}>
      {t('data.another')}
    </Button>
  )

  if (shown === undefined) {
    return preview.failure === undefined ? (
      <Skeleton height={420} radius="lg" aria-label={t('app.loading')} />
    ) : (
      <Stack>
        <FailureNotice failure={withFileName(preview.failure, file)} retry={preview.reload}>
          {startOver}
        </FailureNotice>
        {readOtherwise.has(preview.failure.code) && (
          <ReadAs draft={draft} preview={undefined} task={undefined} onChange={change} />
        )}
      </Stack>
    )
  }

  const task = taskOf(shown, draft)
  const roles = rolesOf(shown, draft)
  const options = importOptions(task, roles, separatorOf(shown, draft))
  const submit = () => {
    if (options === null) return
    const given = (name ?? nameFrom(shown.fileName)).trim()
    void importing.run({ ...reading, ...options, name: given || shown.fileName })
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
        {/* For another task the columns are found anew. */}
        <TaskChoice task={task} onTask={(next) => onDraft({ ...withoutColumns(draft), task: next })} />
        <ReadAs draft={draft} preview={shown} task={task} onChange={change} />
        <Text size="sm" c="dimmed">
          {options === null ? t(`data.chooseRoles.${task}`) : t('data.previewHint')}
        </Text>
        <PreviewTable preview={shown} task={task} roles={roles} onRoles={(next) => change(draftRoles(next))} />
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
          <Button size="md" onClick={submit} loading={importing.busy} disabled={options === null}>
            {t('data.import')}
          </Button>
        </Group>
      </Card>
      <EquivalentCommand
        command={importCommand(file.kind === 'path' ? file.path : shown.fileName, options ?? { task })}
      />
    </Stack>
  )
}

function withoutColumns({ text: _, target: __, context: ___, group: ____, separator: _____, ...kept }: Draft): Draft {
  return kept
}

function readingOptions(draft: Draft): ImportOptions {
  const encoding = encodingSchema.safeParse(draft.encoding)
  const delimiter = delimiterSchema.safeParse(draft.delimiter)
  const task = taskSchema.safeParse(draft.task)
  return {
    ...(encoding.success ? { encoding: encoding.data } : {}),
    ...(delimiter.success ? { delimiter: delimiter.data } : {}),
    ...(task.success ? { task: task.data } : {}),
  }
}

function nameFrom(fileName: string): string {
  return fileName.replace(/\.[^.]+$/, '').replaceAll(/[_-]+/g, ' ')
}
