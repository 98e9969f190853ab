/** What can be done to a run from the list: open, rename, resume, delete. */
import { ActionIcon, Button, Group, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDots, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toFailureRecord } from '../../../shared/failure'
import type { Run } from '../../../shared/run'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFailureText } from '../../lib/failure-text'
import { navigate } from '../../lib/routes'

export function RunMenu({ run }: { run: Run }) {
  const { t } = useTranslation()
  const textOf = useFailureText()
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null)
  const resume = async () => {
    try {
      await call('runs:resume', { id: run.id })
      navigate({ screen: 'run', id: run.id, view: 'run' })
    } catch (thrown) {
      const { title, body } = textOf(toFailureRecord(thrown))
      notifications.show({ color: 'brick', title, message: body })
    }
  }
  const alive = run.status === 'running' || run.status === 'queued'
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon aria-label={t('runs.menu', { name: run.name })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setDialog('rename')}>
            {t('common.rename')}
          </Menu.Item>
          {run.resumable && !alive && (
            <Menu.Item leftSection={<IconPlayerPlay size={15} />} onClick={() => void resume()}>
              {t('run.resume')}
            </Menu.Item>
          )}
          <Menu.Item
            color="brick"
            leftSection={<IconTrash size={15} />}
            disabled={alive}
            onClick={() => setDialog('delete')}
          >
            {t('common.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RenameDialog run={run} opened={dialog === 'rename'} onClose={() => setDialog(null)} />
      <ConfirmDialog
        opened={dialog === 'delete'}
        title={t('runs.deleteTitle', { name: run.name })}
        body={t(run.adaptation === null ? 'runs.deleteBody' : 'runs.deleteBodyAdapted')}
        confirm={t('common.delete')}
        onConfirm={() => call('runs:remove', { id: run.id })}
        onClose={() => setDialog(null)}
      />
    </>
  )
}

function RenameDialog({ run, opened, onClose }: { run: Run; opened: boolean; onClose(): void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(run.name)
  const renaming = useAction(async () => {
    await call('runs:rename', { id: run.id, name: name.trim() })
    onClose()
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('runs.renameTitle')}
      styles={{ title: { fontWeight: 650 } }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void renaming.run()
        }}
      >
        <Stack>
          <TextInput
            label={t('runs.newName')}
            value={name}
            maxLength={120}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <FailureNotice failure={renaming.failure} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={renaming.busy} disabled={name.trim() === ''}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
