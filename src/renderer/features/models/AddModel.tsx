/** Adds a Hugging Face folder from this computer: chosen in a dialog, or its path typed. */
import { Button, Group, TextInput } from '@mantine/core'
import { IconFolder } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../../shared/model'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useSession } from '../../lib/session'

export function AddModel({ onAdded }: { onAdded(model: Model): void }) {
  const { t } = useTranslation()
  const { host } = useSession()
  const [folder, setFolder] = useState('')
  const adding = useAction(async (path: string) => {
    const model = await call('models:add', { folder: path })
    setFolder('')
    onAdded(model)
  })
  const choosing = useAction(async () => {
    const path = await call('files:choose-folder', null)
    if (path === null) return
    setFolder(path)
    await adding.run(path)
  })
  const submit = () => {
    const path = folder.trim()
    if (path !== '') void adding.run(path)
  }
  return (
    <Card title={t('models.add')} hint={t('models.addHint')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            label={t('models.folder')}
            placeholder={t('models.folderPlaceholder')}
            value={folder}
            onChange={(event) => {
              adding.forget()
              setFolder(event.currentTarget.value)
            }}
            style={{ flex: 1 }}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          {host.kind === 'electron' && (
            <Button
              variant="default"
              leftSection={<IconFolder size={16} aria-hidden />}
              loading={choosing.busy}
              onClick={() => void choosing.run()}
            >
              {t('models.chooseFolder')}
            </Button>
          )}
          <Button type="submit" variant="light" loading={adding.busy} disabled={folder.trim() === ''}>
            {t('models.addButton')}
          </Button>
        </Group>
      </form>
      <FailureNotice failure={adding.failure ?? choosing.failure} />
    </Card>
  )
}
