/** Which texts, the new model's name, how it learns, what that costs here, and the start. */
import { Button, Drawer, Stack, Text, TextInput } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../../shared/dataset'
import { isDecoder, type Model } from '../../../shared/model'
import type { Run } from '../../../shared/run'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { QuotePanel } from '../../components/QuotePanel'
import { useAction } from '../../lib/action'
import { adaptCommand, fileNameOf, hasLines, requestOf, textColumnOf } from '../../lib/adaptation'
import { call } from '../../lib/api'
import { withFileName } from '../../lib/failure-text'
import { useLast } from '../../lib/last'
import { skip, useQuery } from '../../lib/query'
import { onlyDifferent } from '../../lib/recipe-changes'
import type { AdaptationDraft } from '../../lib/routes'
import { AdaptSettings } from './AdaptSettings'
import { TextSource } from './TextSource'
import { TextsFound } from './TextsFound'
import { useAdaptationQuote } from './use-adaptation-quote'

interface AdaptPanelProps {
  model: Model
  dataset: Dataset
  opened: boolean
  draft: AdaptationDraft
  onDraft(draft: AdaptationDraft): void
  onClose(): void
  onStarted(run: Run): void
}

export function AdaptPanel(props: AdaptPanelProps) {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      size={680}
      padding="xl"
      title={t('adapt.offer', { model: props.model.name })}
      styles={{ title: { fontWeight: 650, fontSize: 'var(--mantine-font-size-lg)' } }}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Adapting {...props} />
    </Drawer>
  )
}

function Adapting({ model, dataset, draft, onDraft, onClose, onStarted }: AdaptPanelProps) {
  const { t } = useTranslation()
  const [starting, setStarting] = useState(false)
  const { file } = draft
  const fromFile = draft.source === 'file'
  const table = fromFile && file !== undefined && !hasLines(file)
  const preview = useQuery('datasets:preview', table ? { file, options: {} } : skip)
  const textColumn = preview.value === undefined ? null : textColumnOf(preview.value, draft, dataset)
  const chosen = { modelId: model.id, datasetId: dataset.id, textColumn }

  const usual = requestOf({ ...draft, changes: {} }, chosen)
  const plan = useQuery('adaptations:quote', usual === null ? skip : { request: usual, probe: false })
  const preset = useLast(plan.value, usual === null || plan.failure !== undefined)
  const changes = preset === undefined ? (draft.changes ?? {}) : onlyDifferent(preset.recipe, draft.changes ?? {})
  const request = requestOf({ ...draft, changes }, chosen)
  // Nothing more is measured once the run is asked for: it would have to wait.
  const quote = useAdaptationQuote(plan.value === undefined || starting ? null : request)

  const source = fromFile ? (file === undefined ? '' : fileNameOf(file)) : dataset.name
  const suggestedName = t('adapt.suggestedName', { model: model.name, source }).slice(0, 120)
  const given = (draft.name ?? '').trim()
  const named = request === null ? null : { ...request, name: given === '' ? suggestedName : given }

  const start = useAction(async () => {
    if (named === null) return
    setStarting(true)
    try {
      onStarted(await call('adaptations:start', { request: named }))
    } finally {
      setStarting(false)
    }
  })
  // Only a step tells that a model cannot foresee at all.
  const refused = quote.kind === 'failed' && quote.failure.code === 'model-unsupported' ? quote.failure : undefined
  const failure = preview.failure ?? plan.failure ?? refused
  const change = (part: Partial<AdaptationDraft>) => {
    start.forget()
    onDraft({ ...draft, ...part })
  }

  return (
    <Stack gap="lg">
      <Text size="sm">{t(`adapt.what.${isDecoder(model.architecture) ? 'causal' : 'masked'}`)}</Text>
      <TextSource
        dataset={dataset}
        draft={draft}
        preview={preview.value}
        unreadable={preview.failure !== undefined}
        textColumn={textColumn}
        onChange={change}
      />
      <FailureNotice
        failure={failure && file !== undefined && fromFile ? withFileName(failure, file) : failure}
        retry={preview.failure === undefined ? plan.reload : preview.reload}
      />
      {usual !== null && failure === undefined && (
        <TextsFound texts={preset?.texts} dataset={dataset} fromFile={fromFile} />
      )}
      {preset !== undefined && (
        <>
          <TextInput
            label={t('adapt.name')}
            placeholder={suggestedName}
            value={draft.name ?? ''}
            maxLength={120}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <AdaptSettings
            preset={preset.recipe}
            changes={changes}
            longest={model.maximumLength}
            onChanges={(next) => change({ changes: next })}
          />
          <section className="fino-card" aria-label={t('adapt.cost')} style={{ padding: '16px 18px' }}>
            <QuotePanel state={quote} />
          </section>
        </>
      )}
      {named !== null && <EquivalentCommand command={adaptCommand(named)} />}
      <FailureNotice failure={start.failure} />
      <div className="fino-panel-actions">
        <Button variant="default" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button
          leftSection={<IconPlayerPlayFilled size={15} aria-hidden />}
          loading={start.busy}
          disabled={named === null || preset === undefined || refused !== undefined}
          onClick={() => void start.run()}
        >
          {quote.quote?.guard === 'too-big' ? t('strategy.startAnyway') : t('adapt.start')}
        </Button>
      </div>
    </Stack>
  )
}
