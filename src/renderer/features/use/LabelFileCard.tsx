/** Labels every row of a spreadsheet and says where the result is. */
import { Alert, Button, Group, Progress, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconDownload, IconFolderOpen } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CommandOutput, FileReference } from '../../../shared/contract'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { FileDrop } from '../../components/FileDrop'
import { useAction } from '../../lib/action'
import { call, listen } from '../../lib/api'
import { withFileName } from '../../lib/failure-text'
import { useFormat } from '../../lib/format'
import { type Manner, mannerOf } from '../../lib/manner'
import { useQuery } from '../../lib/query'
import { useReading } from '../../lib/reading'
import { quoted } from '../../lib/recipe-changes'
import { useSession } from '../../lib/session'
import { download } from '../../lib/upload'

export function LabelFileCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const manner = mannerOf(run.problem.kind)
  const [file, setFile] = useState<FileReference | null>(null)
  const { reading, read, failure } = useReading(setFile)
  return (
    <Card title={t(`use.label.${manner}`)} hint={t(`use.labelHint.${manner}`)}>
      <FileDrop compact title={t('use.drop')} hint={t('use.dropHint')} reading={reading} onFile={read} />
      <FailureNotice failure={failure} />
      {file === null && <EquivalentCommand command={predictCommand(run.id, 'texts.csv', 'text')} />}
      {file !== null && <Labelling key={JSON.stringify(file)} run={run} file={file} />}
    </Card>
  )
}

function Labelling({ run, file }: { run: Run; file: FileReference }) {
  const { t } = useTranslation()
  const manner = mannerOf(run.problem.kind)
  const format = useFormat()
  const preview = useQuery('predictions:preview', { file })
  const dataset = useQuery('datasets:get', { id: run.recipe.datasetId })
  const [column, setColumn] = useState<string | null>(null)
  const [output, setOutput] = useState<CommandOutput<'predictions:file'> | null>(null)
  const columns = preview.value?.columns.map(({ name }) => name) ?? []
  const learnt = dataset.value?.textColumn
  const chosen =
    column ?? columns.find((name) => name === learnt) ?? preview.value?.suggested.textColumn ?? columns[0] ?? null
  const labelling = useAction(async (textColumn: string) => {
    setOutput(null)
    setOutput(await call('predictions:file', { runId: run.id, file, textColumn }))
  })

  if (preview.value === undefined) {
    return preview.failure === undefined ? (
      <Skeleton height={60} />
    ) : (
      <FailureNotice failure={withFileName(preview.failure, file)} />
    )
  }
  return (
    <Stack gap="md">
      <Group align="flex-end">
        <Select
          label={t('use.textColumn')}
          data={columns}
          value={chosen}
          onChange={setColumn}
          w={260}
          disabled={labelling.busy}
        />
        <Button
          loading={labelling.busy}
          disabled={chosen === null}
          onClick={() => chosen && void labelling.run(chosen)}
        >
          {t(`use.labelAll.${manner}`)}
        </Button>
        <Text size="sm" c="dimmed" pb={8}>
          {preview.value.fileName} ·{' '}
          {t('common.rows', { count: preview.value.rowCount, formatted: format.number(preview.value.rowCount) })}
        </Text>
      </Group>
      <EquivalentCommand
        command={predictCommand(run.id, file.kind === 'path' ? file.path : preview.value.fileName, chosen ?? 'text')}
      />
      {labelling.busy && <LabellingProgress runId={run.id} total={preview.value.rowCount} />}
      <FailureNotice failure={withFileName(labelling.failure, file)} />
      {output !== null && <Written output={output} manner={manner} />}
    </Stack>
  )
}

function predictCommand(runId: string, path: string, column: string): string {
  const named = [quoted(runId), '--in', quoted(path), '--text', quoted(column)].join(' ')
  return `fino predict --run ${named} --out answered.csv`
}

function LabellingProgress({ runId, total }: { runId: string; total: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [counted, setCounted] = useState({ done: 0, total })
  useEffect(
    () =>
      listen('predictions:progress', (event) => {
        if (event.runId === runId) setCounted({ done: event.done, total: event.total })
      }),
    [runId],
  )
  const words = t('use.labelling', { done: format.number(counted.done), total: format.number(counted.total) })
  return (
    <Stack gap={6}>
      <Progress value={(counted.done / Math.max(counted.total, 1)) * 100} aria-label={words} />
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </Stack>
  )
}

function Written({ output, manner }: { output: CommandOutput<'predictions:file'>; manner: Manner }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { host } = useSession()
  const fetching = useAction(() => download(output.downloadId))
  const revealing = useAction(() => call('files:reveal', { path: output.outputPath }))
  return (
    <Alert
      color="moss"
      role="status"
      title={t(`use.labelled.${manner}`, { count: output.rows, formatted: format.number(output.rows) })}
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('use.writtenTo', { path: output.outputPath })}
        </Text>
        {host.kind === 'browser' ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
            loading={fetching.busy}
            onClick={() => void fetching.run()}
          >
            {t('use.download')}
          </Button>
        ) : (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconFolderOpen size={15} aria-hidden />}
            onClick={() => void revealing.run()}
          >
            {t('common.showFolder')}
          </Button>
        )}
        <FailureNotice failure={fetching.failure ?? revealing.failure} />
      </Stack>
    </Alert>
  )
}
