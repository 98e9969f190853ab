/** What stands around a prompt, to read and to change, with a row of the data as the model sees it. */
import { Button, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { defaultTemplate, isTemplate } from '../../../shared/problem'
import { Card } from '../../components/Card'
import { TemplatedRow } from '../../components/TemplatedRow'
import { useQuery } from '../../lib/query'

interface TemplateCardProps {
  datasetId: string
  /** Null: the usual one. */
  template: string | null
  onTemplate(template: string | null): void
}

export function TemplateCard({ datasetId, template, onTemplate }: TemplateCardProps) {
  const { t } = useTranslation()
  const report = useQuery('datasets:report', { id: datasetId })
  // What is being typed may lack its {prompt} for a moment; it is kept apart until it is a template.
  const [typed, setTyped] = useState<string>()
  const shown = typed ?? template ?? defaultTemplate
  const complete = isTemplate(shown)
  const row = report.value?.sample[0]
  const set = (text: string) => {
    setTyped(text)
    if (isTemplate(text)) onTemplate(text === defaultTemplate ? null : text)
  }
  return (
    <Card title={t('strategy.template.title')} hint={t('strategy.template.hint')}>
      <SimpleGrid cols={2} spacing="xl">
        <Stack gap="sm" align="flex-start">
          <Textarea
            aria-label={t('strategy.template.label')}
            autosize
            minRows={6}
            maxRows={14}
            maxLength={4000}
            w="100%"
            value={shown}
            error={complete ? undefined : t('strategy.template.missing')}
            onChange={(event) => set(event.currentTarget.value)}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
          />
          {shown !== defaultTemplate && (
            <Button
              variant="subtle"
              size="compact-sm"
              ml={-8}
              onClick={() => {
                setTyped(undefined)
                onTemplate(null)
              }}
            >
              {t('strategy.template.reset')}
            </Button>
          )}
        </Stack>
        <Stack gap={6}>
          <Text size="xs" c="dimmed" fw={550}>
            {t('strategy.template.example')}
          </Text>
          {row !== undefined && complete && <TemplatedRow template={shown} prompt={row.text} response={row.target} />}
          <Text size="xs" c="dimmed">
            {t('strategy.template.learned')}
          </Text>
        </Stack>
      </SimpleGrid>
    </Card>
  )
}
