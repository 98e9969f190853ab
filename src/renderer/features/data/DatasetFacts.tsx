/** A data set in four numbers. */
import { SimpleGrid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { Figure } from '../../components/Figure'
import { TargetFigure } from '../../components/TargetFigure'
import { useFormat } from '../../lib/format'

export function DatasetFacts({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <SimpleGrid cols={5} spacing="lg">
      <Figure label={t('check.texts')} value={format.number(dataset.rows)} />
      <TargetFigure dataset={dataset} />
      <Figure label={t('common.train')} value={format.number(dataset.splits.train)} />
      <Figure label={t('common.validation')} value={format.number(dataset.splits.validation)} />
      <Figure label={t('common.test')} value={format.number(dataset.splits.test)} />
    </SimpleGrid>
  )
}
