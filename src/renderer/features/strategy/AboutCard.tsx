/** The chosen strategy at length: its source, what it exports to and what not, and its quote with where it comes from. */
import { Badge, Group, SimpleGrid, Stack, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Architecture } from '../../../shared/model'
import type { StrategyDescription } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { QuotePanel } from '../../components/QuotePanel'
import { architectureNames } from '../../lib/architecture'
import { useFormat } from '../../lib/format'
import type { QuoteState } from '../../lib/quote-state'

interface AboutCardProps {
  description: StrategyDescription
  architecture: Architecture | undefined
  quote: QuoteState | undefined
}

export function AboutCard({ description, architecture, quote }: AboutCardProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const { id, trainableParameters, totalParameters } = description
  const name = t(`strategy.${id}.name`)
  return (
    <Card title={t('strategy.about', { strategy: name })}>
      <SimpleGrid cols={2} spacing={48}>
        <Stack gap="sm">
          <Fact name={t('strategy.source')}>{description.source}</Fact>
          <Fact name={t('strategy.trainsTitle')}>
            {id === 'dictionary'
              ? t('strategy.trainsWords', { trained: format.number(trainableParameters) })
              : t('strategy.trainsCount', {
                  trained: format.number(trainableParameters),
                  total: format.number(totalParameters),
                })}
          </Fact>
          <Exports description={description} architecture={architecture} />
        </Stack>
        <QuotePanel state={quote} />
      </SimpleGrid>
    </Card>
  )
}

function Exports({ description, architecture }: Pick<AboutCardProps, 'description' | 'architecture'>) {
  const { t } = useTranslation()
  const names = { architecture: architecture === undefined ? '' : architectureNames[architecture] }
  return (
    <div>
      <Text size="xs" c="dimmed" fw={550}>
        {t('strategy.exportAs')}
      </Text>
      <Group gap={6} mt={4}>
        {description.exportFormats.map((format) => (
          <Tooltip key={format} label={t(`strategy.formatHints.${format}`)} maw={320}>
            <Badge tabIndex={0}>{t(`strategy.formats.${format}`)}</Badge>
          </Tooltip>
        ))}
      </Group>
      {description.missingExports.map(({ format, reason }) => (
        <Text key={format} size="xs" c="dimmed" mt={6}>
          {t('strategy.missing.title', { format: t(`strategy.missing.${format}`) })}:{' '}
          {t(`strategy.missing.${reason}`, names)}.
        </Text>
      ))}
    </div>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed" fw={550}>
        {name}
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  )
}
