/** What becomes of the texts: learnt from, held out to measure with, left out and why. */
import { SimpleGrid, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AdaptationTexts } from '../../../shared/adaptation'
import type { Dataset } from '../../../shared/dataset'
import { TextsFigures } from '../../components/TextsFigures'

/** With fewer texts than this the gain is rarely worth the time. */
const rarelyEnough = 1000

interface TextsFoundProps {
  /** Undefined: still being counted. */
  texts: AdaptationTexts | undefined
  dataset: Dataset
  fromFile: boolean
}

export function TextsFound({ texts, dataset, fromFile }: TextsFoundProps) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <SimpleGrid cols={3} spacing="lg">
        <TextsFigures texts={texts} />
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        {t(fromFile ? 'adapt.safeFile' : 'adapt.safe', { name: dataset.name })}
      </Text>
      {texts !== undefined && texts.training < rarelyEnough && <Text size="sm">{t('adapt.few')}</Text>}
    </Stack>
  )
}
