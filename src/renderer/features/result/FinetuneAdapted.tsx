/** The way on from an adaptation: finetuning the new model, or its base where the new one is no better. */
import { Button, Group, Text } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../../shared/run'
import { finetuneRoute } from '../../lib/adaptation'
import { useQuery } from '../../lib/query'
import { navigate } from '../../lib/routes'

export function FinetuneAdapted({ run, helped }: { run: Run; helped: boolean }) {
  const { t } = useTranslation()
  const models = useQuery('models:list', null, ['models:changed']).value
  const datasets = useQuery('datasets:list', null, ['datasets:changed']).value
  const there = (id: string | undefined | null) => models?.find((model) => model.id === id)
  const adapted = there(run.adaptation?.modelId)
  const base = helped ? undefined : there(run.recipe.modelId)
  const go = (model: string) => navigate(finetuneRoute(run, model, datasets ?? []))
  if (models === undefined || datasets === undefined) return null
  if (adapted === undefined) {
    return (
      <Text size="sm" c="dimmed" maw={260} ta="end">
        {t('adapt.modelGone')}
      </Text>
    )
  }
  return (
    <Group gap="xs" wrap="nowrap" style={{ flex: 'none' }}>
      <Button
        variant={base === undefined ? 'filled' : 'default'}
        rightSection={<IconArrowRight size={16} aria-hidden />}
        onClick={() => go(adapted.id)}
      >
        {t('adapt.finetune')}
      </Button>
      {base !== undefined && <Button onClick={() => go(base.id)}>{t('adapt.finetuneBase')}</Button>}
    </Group>
  )
}
