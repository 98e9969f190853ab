/** Asks before something that cannot be taken back, then does it. Escape and the first button leave things as they are. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAction } from '../lib/action'
import { FailureNotice } from './FailureNotice'

interface ConfirmDialogProps {
  opened: boolean
  title: string
  body: string
  confirm: string
  /** What the harmless button says; "Cancel" by default. */
  decline?: string
  /** Closes where this succeeds; shows why not where it fails. */
  onConfirm(): Promise<unknown>
  onClose(): void
}

export function ConfirmDialog({ opened, title, body, confirm, decline, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation()
  const doing = useAction(async () => {
    await onConfirm()
    onClose()
  })
  const close = () => {
    doing.forget()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      styles={{ title: { fontWeight: 650 } }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{body}</Text>
        <FailureNotice failure={doing.failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            {decline ?? t('common.cancel')}
          </Button>
          <Button color="brick" loading={doing.busy} onClick={() => void doing.run()}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
