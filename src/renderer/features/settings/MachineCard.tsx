/** What this computer can compute with, and how fast. */
import { Badge, Button, SimpleGrid, Skeleton, Stack, Table, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { BackendReport, DoctorReport } from '../../../shared/device'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useDeviceText } from '../../lib/device-text'
import { useFormat } from '../../lib/format'
import type { Query } from '../../lib/query'

export function MachineCard({ doctor }: { doctor: Query<DoctorReport> }) {
  const { t } = useTranslation()
  return (
    <Card
      title={t('settings.machine')}
      aside={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={doctor.loading}
          onClick={doctor.reload}
        >
          {t('settings.measure')}
        </Button>
      }
    >
      <FailureNotice failure={doctor.failure} retry={doctor.reload} />
      {doctor.value === undefined && doctor.failure === undefined && (
        <Stack gap="sm">
          <Text size="sm" c="dimmed" role="status">
            {t('settings.measuring')}
          </Text>
          <Skeleton height={170} />
        </Stack>
      )}
      {doctor.value !== undefined && <Report report={doctor.value} />}
      <EquivalentCommand command="fino doctor" />
    </Card>
  )
}

function Report({ report }: { report: DoctorReport }) {
  const { t } = useTranslation()
  const format = useFormat()
  const cards = report.cards.map(({ name, memoryBytes, driver }) =>
    t('settings.cardLine', { name, memory: format.bytes(memoryBytes), driver }),
  )
  const facts: [string, string][] = [
    [t('settings.processor'), report.processor],
    [
      t('settings.memory'),
      t('settings.memoryFree', {
        total: format.bytes(report.memoryBytes),
        free: format.bytes(report.freeMemoryBytes),
      }),
    ],
    ...(report.cards.length > 0 ? [[t('settings.card'), cards.join(' · ')] as [string, string]] : []),
    [t('settings.disk'), format.bytes(report.freeDiskBytes)],
    [t('settings.platform'), report.platform],
    [t('settings.versions'), t('settings.versionLine', { fino: report.version, node: report.node })],
  ]
  return (
    <Stack gap="lg">
      <Table className="fino-table" aria-label={t('settings.machine')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('settings.backendColumn')}</Table.Th>
            <Table.Th>{t('settings.device')}</Table.Th>
            <Table.Th className="fino-number">{t('settings.speed')}</Table.Th>
            <Table.Th>{t('settings.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.backends.map((backend) => (
            <BackendRow key={backend.id} backend={backend} />
          ))}
        </Table.Tbody>
      </Table>
      <SimpleGrid cols={3} spacing="lg" verticalSpacing="sm" component="dl" m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text size="xs" c="dimmed" component="dt">
              {name}
            </Text>
            <Text size="sm" fw={550} component="dd" m={0}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Stack>
  )
}

function BackendRow({ backend }: { backend: BackendReport }) {
  const { t } = useTranslation()
  const deviceText = useDeviceText()
  const format = useFormat()
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Text size="sm" fw={600} c="var(--fino-ink)">
          {t(`strategy.backends.${backend.id}`)}
        </Text>
      </Table.Th>
      <Table.Td>{deviceText(backend.device)}</Table.Td>
      <Table.Td className="fino-number" fw={600}>
        {backend.gflops === null ? '–' : t('settings.gflops', { formatted: format.number(backend.gflops) })}
      </Table.Td>
      <Table.Td>
        <Badge color={backend.available ? 'moss' : 'gray'}>
          {backend.available ? t('settings.available') : t('settings.unavailable')}
        </Badge>
        {backend.reason !== null && (
          <Text size="xs" c="dimmed" maw={420} mt={4}>
            {backend.reason}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
