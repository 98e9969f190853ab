/** What an adaptation made: a model of its own, what it was made of, and where it lies. */
import { Button, Group, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Adaptation } from '../../../shared/adaptation'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { TextsFigures } from '../../components/TextsFigures'
import { useFormat } from '../../lib/format'
import { useOriginWords } from '../../lib/origins'
import { navigate } from '../../lib/routes'

export function NewModelCard({ run, adaptation }: { run: Run; adaptation: Adaptation }) {
  const { t } = useTranslation()
  const format = useFormat()
  const originWords = useOriginWords()
  const { sourceName, texts } = adaptation
  const kept = adaptation.exceptDatasets.map(({ name }) => t('adapt.quoted', { name }))
  return (
    <Card
      title={adaptation.modelName}
      hint={originWords({ baseName: run.modelName, sourceName, texts: texts.training })}
      aside={
        <Button variant="default" size="xs" style={{ flex: 'none' }} onClick={() => navigate({ screen: 'models' })}>
          {t('adapt.toModels')}
        </Button>
      }
    >
      <SimpleGrid cols={3} spacing="lg">
        <TextsFigures texts={texts} />
      </SimpleGrid>
      {kept.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('adapt.keptApart', { names: format.list(kept) })}
        </Text>
      )}
      <Group gap="xs">
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {adaptation.folder}
        </Text>
      </Group>
    </Card>
  )
}
