/** A model in its numbers. */
import { SimpleGrid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../../shared/model'
import { Figure } from '../../components/Figure'
import { useFormat } from '../../lib/format'

export function ModelFacts({ model }: { model: Model }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <SimpleGrid cols={3} spacing="md" mt="auto">
      <Figure label={t('models.parameters')} value={format.compact(model.parameters)} />
      <Figure label={t('models.size')} value={format.bytes(model.byteLength)} />
      <Figure
        label={t('models.longest')}
        value={t('models.tokens', { formatted: format.number(model.maximumLength) })}
      />
    </SimpleGrid>
  )
}
