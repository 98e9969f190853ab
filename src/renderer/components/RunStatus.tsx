/** A run's status, in a word and a colour. */
import { Badge, Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RunStatus as Status } from '../../shared/run'

const colours: Record<Status, string> = {
  queued: 'gray',
  running: 'petrol',
  finished: 'moss',
  stopped: 'moss',
  cancelled: 'gray',
  failed: 'brick',
  interrupted: 'amber',
}

export function RunStatus({ status }: { status: Status }) {
  const { t } = useTranslation()
  return (
    <Badge color={colours[status]} leftSection={status === 'running' ? <Loader size={10} /> : undefined}>
      {t(`run.status.${status}`)}
    </Badge>
  )
}
