/** One of the analyst's own word lists, or none; another can be imported here. */
import { ActionIcon, Button, FileButton, Group, Select, Text, Tooltip } from '@mantine/core'
import { IconTrash, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'
import { referenceTo } from '../../lib/upload'

interface WordListSettingProps {
  label: string
  /** '' = none. */
  value: string
  onValue(id: string): void
}

export function WordListSetting({ label, value, onValue }: WordListSettingProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const lists = useQuery('wordlists:list', null)
  const [asking, setAsking] = useState(false)
  const importing = useAction(async (file: File | null) => {
    if (file === null) return
    const list = await call('wordlists:import', { file: await referenceTo(file, () => undefined) })
    lists.reload()
    onValue(list.id)
  })
  const chosen = lists.value?.find(({ id }) => id === value)
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Select
          aria-label={label}
          data={[
            { value: '', label: t('strategy.words.none') },
            ...(lists.value ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={value}
          onChange={(next) => onValue(next ?? '')}
          allowDeselect={false}
          style={{ flex: 1 }}
        />
        {chosen !== undefined && (
          <Tooltip label={t('common.remove')}>
            <ActionIcon aria-label={`${t('common.remove')}: ${chosen.name}`} onClick={() => setAsking(true)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <FileButton accept=".csv,.tsv,.txt,.dic" onChange={(file) => void importing.run(file)}>
          {(props) => (
            <Tooltip label={t('strategy.words.importHint')} maw={320}>
              <Button
                {...props}
                variant="default"
                leftSection={<IconUpload size={15} aria-hidden />}
                loading={importing.busy}
                style={{ flex: 'none' }}
              >
                {t('strategy.words.import')}
              </Button>
            </Tooltip>
          )}
        </FileButton>
      </Group>
      {chosen !== undefined && (
        <Text size="xs" c="dimmed">
          {t('strategy.words.facts', {
            terms: format.number(chosen.terms),
            categories: format.number(chosen.categories.length),
          })}
        </Text>
      )}
      <FailureNotice failure={importing.failure ?? lists.failure} />
      <ConfirmDialog
        opened={asking}
        title={t('strategy.words.removeTitle', { name: chosen?.name ?? '' })}
        body={t('strategy.words.removeBody')}
        confirm={t('common.remove')}
        onConfirm={async () => {
          await call('wordlists:remove', { id: value })
          onValue('')
          lists.reload()
        }}
        onClose={() => setAsking(false)}
      />
    </>
  )
}
