/** A model's name, where it comes from, and which languages it knows. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../../shared/model'
import { architectureNames } from '../../lib/architecture'
import { useFormat } from '../../lib/format'

export function ModelHead({ model }: { model: Model }) {
  const { t } = useTranslation()
  const format = useFormat()
  const starter = model.source === 'starter'
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <Text fw={650} size="lg">
          {model.name}
        </Text>
        <Badge color="gray">{architectureNames[model.architecture]}</Badge>
        {starter && <Badge>{t('models.starter')}</Badge>}
      </Group>
      <Text size="sm" c="dimmed">
        {starter ? t('models.starterHint') : t('models.folderHint')}
      </Text>
      <Text size="sm" c="dimmed">
        {t('models.languages')}: {starter ? t('models.languagesStarter') : t('models.languagesFolder')} ·{' '}
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
