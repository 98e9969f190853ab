/** What can be done to a run that is queued or running. */
import { Button, Group, Tooltip } from '@mantine/core'
import { IconPlayerStopFilled } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../../shared/run'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'

export function RunActions({ run }: { run: Run }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const [asked, setAsked] = useState(false)
  const stopping = useAction(async () => {
    await call('runs:stop', { id: run.id })
    setAsked(true)
  })
  return (
    <Group gap="xs" wrap="nowrap">
      <FailureNotice failure={stopping.failure} />
      <Button variant="subtle" color="gray" onClick={() => setAsking(true)}>
        {t('run.cancel')}
      </Button>
      {run.status === 'running' && (
        <Tooltip label={t('run.stopHint')}>
          <Button
            variant="default"
            leftSection={<IconPlayerStopFilled size={14} aria-hidden />}
            loading={stopping.busy}
            disabled={asked}
            onClick={() => void stopping.run()}
          >
            {asked ? t('run.stopping') : t('run.stop')}
          </Button>
        </Tooltip>
      )}
      <ConfirmDialog
        opened={asking}
        title={t('run.cancelTitle')}
        body={t('run.cancelBody')}
        confirm={t('run.cancelConfirm')}
        decline={t('run.keepRunning')}
        onConfirm={() => call('runs:cancel', { id: run.id })}
        onClose={() => setAsking(false)}
      />
    </Group>
  )
}
