/** Installs or removes the acceleration: the only thing that Fino ever downloads, and only when asked. */
import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { IconBolt } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccelerationBuild, AccelerationProgress, DoctorReport } from '../../../shared/device'
import type { FailureRecord } from '../../../shared/failure'
import { Card } from '../../components/Card'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call, listen } from '../../lib/api'
import { useFormat } from '../../lib/format'
import type { Query } from '../../lib/query'

interface Installation {
  progress: AccelerationProgress | null
  failure: FailureRecord | null
}

export function AccelerationCard({ doctor }: { doctor: Query<DoctorReport> }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [installation, setInstallation] = useState<Installation>({ progress: null, failure: null })
  const [asking, setAsking] = useState(false)
  const { reload } = doctor
  useEffect(
    () =>
      listen('devices:acceleration', (event) => {
        setInstallation(event)
        if (event.progress?.phase === 'done' || event.progress?.phase === 'removed') reload()
      }),
    [reload],
  )

  const installing = useAction((build: AccelerationBuild) => call('devices:accelerate', { build }))
  const stopping = useAction(() => call('devices:accelerate-cancel', null))
  const { progress, failure } = installation
  const ended = progress === null || progress.phase === 'done' || progress.phase === 'removed'
  const known = doctor.value?.backends.find(({ id }) => id === 'tensorflow')?.available === true
  const installed = progress?.phase === 'done' || (known && progress?.phase !== 'removed')
  const shown = failure ?? installing.failure ?? stopping.failure
  const working = !ended && failure === null
  const forCard = working ? null : cudaOffer(doctor.value)
  const install = (build: AccelerationBuild) => {
    setInstallation({ progress: null, failure: null })
    void installing.run(build)
  }

  return (
    <Card
      title={t('settings.accelerate')}
      hint={t('settings.accelerateHint')}
      aside={<IconBolt size={22} stroke={1.5} color="var(--fino-accent)" aria-hidden />}
    >
      {working && progress !== null && <InstallationProgress progress={progress} />}
      <FailureNotice failure={shown?.code === 'cancelled' ? undefined : shown} />
      <Group gap="sm">
        {working ? (
          <Button variant="default" loading={stopping.busy} onClick={() => void stopping.run()}>
            {t('common.cancel')}
          </Button>
        ) : installed ? (
          <>
            <Text size="sm">{t('settings.installed')}</Text>
            <Button variant="default" size="xs" onClick={() => setAsking(true)}>
              {t('settings.removeAcceleration')}
            </Button>
          </>
        ) : (
          <Button
            variant={forCard !== null ? 'default' : 'filled'}
            loading={installing.busy || (doctor.value === undefined && doctor.failure === undefined)}
            onClick={() => install('cpu')}
          >
            {forCard !== null ? t('settings.installProcessor') : t('settings.install')}
          </Button>
        )}
        {forCard !== null && (
          <Button loading={installing.busy} onClick={() => install('cuda')}>
            {t('settings.installCard', { card: forCard.card, size: format.bytes(forCard.byteLength) })}
          </Button>
        )}
      </Group>
      {forCard !== null && (
        <Text size="sm" c="dimmed">
          {t('settings.installCardHint')}
        </Text>
      )}
      <EquivalentCommand command={commandFor(installed, forCard !== null)} />
      <ConfirmDialog
        opened={asking}
        title={t('settings.removeTitle')}
        body={t('settings.removeBody')}
        confirm={t('common.remove')}
        onConfirm={() => call('devices:accelerate-remove', null)}
        onClose={() => setAsking(false)}
      />
    </Card>
  )
}

/** The build for an NVIDIA card, where one answers and that build is not installed yet. */
function cudaOffer(doctor: DoctorReport | undefined): { card: string; byteLength: number } | null {
  const card = doctor?.cards[0]
  const cuda = doctor?.downloads.find(({ build }) => build === 'cuda')
  if (card === undefined || cuda === undefined || doctor?.acceleration === 'cuda') return null
  return { card: card.name, byteLength: cuda.byteLength }
}

function commandFor(installed: boolean, offersCard: boolean): string {
  if (offersCard) return 'fino accelerate --cuda'
  return installed ? 'fino accelerate --remove' : 'fino accelerate'
}

function InstallationProgress({ progress }: { progress: AccelerationProgress }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { phase, receivedBytes, totalBytes } = progress
  const name = t(`settings.phases.${phase}`)
  const counted = totalBytes !== null && totalBytes > 0
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" fw={600} role="status">
          {name}
        </Text>
        {counted && phase === 'downloading' && (
          <Text size="sm" c="dimmed">
            {t('settings.received', { received: format.bytes(receivedBytes), total: format.bytes(totalBytes) })}
          </Text>
        )}
      </Group>
      <Progress value={counted ? (receivedBytes / totalBytes) * 100 : 100} animated={!counted} aria-label={name} />
    </Stack>
  )
}
