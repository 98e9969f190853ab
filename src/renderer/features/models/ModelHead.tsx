/** A model's name, whether it reads or writes, where it comes from, and which languages it knows. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isDecoder, type Model } from '../../../shared/model'
import { architectureNames } from '../../lib/architecture'
import { useFormat } from '../../lib/format'
import { useOriginWords } from '../../lib/origins'

export function ModelHead({ model }: { model: Model }) {
  const { t } = useTranslation()
  const originWords = useOriginWords()
  const format = useFormat()
  const starter = model.source === 'starter'
  const writes = isDecoder(model.architecture)
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <Text fw={650} size="lg">
          {model.name}
        </Text>
        <Badge color="gray">{architectureNames[model.architecture]}</Badge>
        <Badge color={writes ? 'moss' : 'petrol'}>{writes ? t('models.writes') : t('models.reads')}</Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {writes ? t('models.writesHint') : t('models.readsHint')} {starter && t('models.starterHint')}
      </Text>
      <Text size="sm" c="dimmed">
        {starter
          ? `${t('models.starter')} · ${t('models.languages')}: ${t('models.languagesStarter')} · `
          : model.origin === null
            ? `${t('models.folderHint')} `
            : `${originWords(model.origin)} · `}
        {t('models.shape', { layers: format.number(model.layers), width: format.number(model.width) })}
      </Text>
      {!starter && (
        <Text size="xs" c="dimmed" ff="monospace" truncate title={model.folder}>
          {model.folder}
        </Text>
      )}
    </Stack>
  )
}
