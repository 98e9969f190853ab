/** Asks before something that cannot be taken back. Escape and the first button leave things as they are. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { FailureRecord } from '../../shared/failure'
import { FailureNotice } from './FailureNotice'

interface ConfirmDialogProps {
  opened: boolean
  title: string
  body: string
  confirm: string
  /** What the harmless button says; "Cancel" by default. */
  decline?: string
  busy: boolean
  failure: FailureRecord | undefined
  onConfirm(): void
  onClose(): void
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      styles={{ title: { fontWeight: 650 } }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{props.body}</Text>
        <FailureNotice failure={props.failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {props.decline ?? t('common.cancel')}
          </Button>
          <Button color="brick" loading={props.busy} onClick={props.onConfirm}>
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
