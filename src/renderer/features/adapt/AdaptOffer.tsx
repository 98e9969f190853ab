/** Beside the models: an offer to adapt the chosen one to texts before any label is used. */
import { Group, Text, UnstyledButton } from '@mantine/core'
import { IconArrowRight, IconTextRecognition } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../../shared/run'
import { useLast } from '../../lib/last'
import { useQuery } from '../../lib/query'
import type { AdaptationDraft } from '../../lib/routes'
import { AdaptPanel } from './AdaptPanel'

interface AdaptOfferProps {
  datasetId: string
  modelId: string
  /** Undefined: the panel is closed. */
  draft: AdaptationDraft | undefined
  onDraft(draft: AdaptationDraft | undefined): void
  onStarted(run: Run): void
}

export function AdaptOffer({ datasetId, modelId, draft, onDraft, onStarted }: AdaptOfferProps) {
  const { t } = useTranslation()
  const models = useQuery('models:list', null, ['models:changed'])
  const dataset = useQuery('datasets:get', { id: datasetId }).value
  const model = models.value?.find(({ id }) => id === modelId)
  // It stays as it was while it closes.
  const shown = useLast(draft)
  if (model === undefined || dataset === undefined) return null
  return (
    <>
      <UnstyledButton
        className="fino-choice"
        style={{ height: 'auto' }}
        aria-haspopup="dialog"
        aria-label={t('adapt.offer', { model: model.name })}
        aria-describedby="adapt-why"
        onClick={() => onDraft({})}
      >
        <Group justify="space-between" wrap="nowrap">
          <Group gap="md" wrap="nowrap">
            <IconTextRecognition
              size={22}
              stroke={1.6}
              color="var(--fino-accent)"
              aria-hidden
              style={{ flex: 'none' }}
            />
            <div>
              <Text fw={600}>{t('adapt.offer', { model: model.name })}</Text>
              <Text size="sm" c="dimmed" id="adapt-why">
                {t('adapt.offerHint')}
              </Text>
            </div>
          </Group>
          <IconArrowRight size={18} color="var(--fino-soft-ink)" aria-hidden style={{ flex: 'none' }} />
        </Group>
      </UnstyledButton>
      <AdaptPanel
        model={model}
        dataset={dataset}
        opened={draft !== undefined}
        draft={shown ?? {}}
        onDraft={onDraft}
        onClose={() => onDraft(undefined)}
        onStarted={onStarted}
      />
    </>
  )
}
