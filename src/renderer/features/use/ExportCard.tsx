/** Exports the trained model, reads it back, and shows the certificate and how to load it. */
import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconCertificate, IconPackageExport } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportRecord } from '../../../shared/contract'
import { headlineOf } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import type { ExportFormat } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { CopyableCode } from '../../components/CopyableCode'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { quoted } from '../../lib/recipe-changes'
import { writeScore } from '../../lib/scores'
import { useSession } from '../../lib/session'

export function ExportCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const { host } = useSession()
  const [folder, setFolder] = useState('')
  const [picked, setPicked] = useState<ExportFormat>()
  const formats = useQuery('exports:formats', { runId: run.id })
  const format = picked ?? formats.value?.[0]
  const exports = useQuery('exports:list', { runId: run.id })
  const exporting = useAction(async () => {
    const chosen = folder.trim()
    await call('exports:create', {
      runId: run.id,
      ...(chosen === '' ? {} : { folder: chosen }),
      ...(format === undefined ? {} : { format }),
    })
    exports.reload()
  })
  const choosing = useAction(async () => {
    const path = await call('files:choose-folder', null)
    if (path !== null) setFolder(path)
  })
  const newest = exports.value?.toSorted((left, right) => right.createdAt.localeCompare(left.createdAt))
  return (
    <Card title={t('use.export')} hint={t('use.exportHint')}>
      <Group align="flex-end" wrap="nowrap">
        <Select
          label={t('use.exportFormat')}
          data={(formats.value ?? []).map((value) => ({ value, label: t(`strategy.formats.${value}`) }))}
          value={format ?? null}
          onChange={(value) => value !== null && setPicked(value as ExportFormat)}
          allowDeselect={false}
          w={240}
        />
        <TextInput
          label={t('use.exportFolder')}
          placeholder={t('use.exportFolderHint')}
          value={folder}
          onChange={(event) => setFolder(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && void exporting.run()}
          style={{ flex: 1 }}
        />
        {host.kind === 'electron' && (
          <Button variant="default" onClick={() => void choosing.run()}>
            {t('models.chooseFolder')}
          </Button>
        )}
        <Button
          leftSection={<IconPackageExport size={17} aria-hidden />}
          loading={exporting.busy}
          onClick={() => void exporting.run()}
        >
          {t('use.exportButton')}
        </Button>
      </Group>
      {format !== undefined && (
        <Text size="xs" c="dimmed" mt={-8}>
          {t(`strategy.formatHints.${format}`)}
        </Text>
      )}
      <EquivalentCommand command={exportCommand(run.id, folder.trim(), picked)} />
      {exporting.busy && (
        <Text size="sm" c="dimmed" role="status">
          {t('use.exporting')}
        </Text>
      )}
      <FailureNotice failure={exporting.failure ?? exports.failure ?? formats.failure} />
      {newest?.length === 0 && !exporting.busy && (
        <Text size="sm" c="dimmed">
          {t('use.noExports')}
        </Text>
      )}
      {newest?.map((record) => (
        <Exported key={record.id} record={record} run={run} />
      ))}
    </Card>
  )
}

/** The format only where another than the default was picked. */
function exportCommand(runId: string, folder: string, format: ExportFormat | undefined): string {
  const words = ['fino export', quoted(runId), '--out', quoted(folder === '' ? 'exported' : folder)]
  return [...words, ...(format === undefined ? [] : ['--format', format])].join(' ')
}

function Exported({ record, run }: { record: ExportRecord; run: Run }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { host } = useSession()
  const { certificate } = record
  const name = run.result === null ? 'accuracy' : headlineOf(run.result.test).name
  const write = (value: number) => writeScore({ name, value }, format)
  const words = {
    examples: format.number(certificate.examples),
    score: t(`result.scores.${name}`),
    exported: write(certificate.exportedScore),
    trained: write(certificate.trainedScore),
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <b>{t(`strategy.formats.${record.format}`)}</b> ·{' '}
          {t('use.exportedAt', { date: format.dateTime(record.createdAt) })} · {format.bytes(record.byteLength)} ·{' '}
          <Text span size="sm" ff="monospace">
            {record.folder}
          </Text>
        </Text>
        {host.kind === 'electron' && (
          <Button size="xs" variant="default" onClick={() => void call('files:reveal', { path: record.folder })}>
            {t('common.showFolder')}
          </Button>
        )}
      </Group>
      <Alert
        role="status"
        color={certificate.passed ? 'moss' : 'brick'}
        icon={<IconCertificate size={18} />}
        title={t('use.certificate')}
      >
        <Text size="sm">
          {certificate.passed ? t('use.certificatePassed', words) : t('use.certificateFailed', words)}
        </Text>
        <Text size="xs" c="dimmed">
          {t('use.difference', { value: format.significant(certificate.maximumLogitDifference) })}
        </Text>
      </Alert>
      <Stack gap={6}>
        <Text size="xs" c="dimmed" fw={550}>
          {t('use.snippet')}
        </Text>
        <CopyableCode code={record.snippet} label={t('use.snippet')} copyLabel={t('use.copySnippet')} />
      </Stack>
    </Stack>
  )
}
