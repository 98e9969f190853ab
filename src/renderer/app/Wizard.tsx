/** New finetuning: seven steps from data to use. Everything it knows is in the address. */
import { Button } from '@mantine/core'
import { IconArrowLeft, IconArrowRight, IconListNumbers } from '@tabler/icons-react'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../shared/run'
import { EmptyNotice } from '../components/EmptyNotice'
import { AdaptOffer } from '../features/adapt/AdaptOffer'
import { CheckStep } from '../features/check/CheckStep'
import { DataStep } from '../features/data/DataStep'
import { ModelStep } from '../features/models/ModelStep'
import { ResultPanel } from '../features/result/ResultPanel'
import { RunPanel } from '../features/run/RunPanel'
import { StrategyStep } from '../features/strategy/StrategyStep'
import { UsePanel } from '../features/use/UsePanel'
import { skip, useQuery } from '../lib/query'
import { type AdaptationDraft, type Draft, navigate, type Step, steps } from '../lib/routes'
import { StepBar } from './StepBar'

interface WizardProps {
  step: Step
  draft: Draft
}

export function Wizard({ step, draft }: WizardProps) {
  const { t } = useTranslation()
  const run = useQuery('runs:get', draft.run === undefined ? skip : { id: draft.run }, ['runs:changed'])
  const go = (to: Step, change: Partial<Draft> = {}) =>
    navigate({ screen: 'new', step: to, draft: { ...draft, ...change } })

  const obstacle = (to: Step): string | null => {
    if (to !== 'data' && draft.dataset === undefined) return t('steps.needData')
    if ((to === 'strategy' || to === 'run') && draft.model === undefined) return t('steps.needModel')
    if ((to === 'run' || to === 'result' || to === 'use') && draft.run === undefined) return t('steps.needRun')
    const finished = run.value !== undefined && run.value.result !== null
    return (to === 'result' || to === 'use') && !finished ? t('steps.needResult') : null
  }
  const why = step === 'result' || step === 'use' ? (draft.run === undefined ? obstacle(step) : null) : obstacle(step)

  return (
    <>
      <StepBar current={step} obstacle={obstacle} onStep={(to) => go(to)} />
      <div className="fino-content">
        {why === null ? <StepScreen step={step} draft={draft} go={go} /> : <Obstacle why={why} draft={draft} go={go} />}
      </div>
      <Footer step={step} obstacle={obstacle} go={go} />
    </>
  )
}

type Go = (to: Step, change?: Partial<Draft>) => void

function StepScreen({ step, draft, go }: WizardProps & { go: Go }) {
  const { dataset, model, run } = draft
  const chooseModel = useCallback(
    (id: string) =>
      navigate(
        { screen: 'new', step: 'model', draft: { ...draft, model: id } },
        { replace: draft.model === undefined },
      ),
    [draft],
  )
  switch (step) {
    case 'data':
      return (
        <DataStep
          draft={draft}
          onDraft={(next) => navigate({ screen: 'new', step: 'data', draft: next })}
          onDataset={({ id }) =>
            navigate({
              screen: 'new',
              step: 'check',
              draft: model === undefined ? { dataset: id } : { dataset: id, model },
            })
          }
        />
      )
    case 'check':
      if (dataset === undefined) return null
      return (
        <CheckStep
          datasetId={dataset}
          modelId={model}
          template={draft.changes?.template ?? undefined}
          maxLength={draft.changes?.maxLength}
          onMaxLength={(maxLength) =>
            navigate(
              { screen: 'new', step, draft: { ...draft, changes: { ...draft.changes, maxLength } } },
              { replace: true },
            )
          }
        />
      )
    case 'model':
      return (
        <ModelStep datasetId={dataset} modelId={model} onModel={chooseModel}>
          {dataset !== undefined && model !== undefined && (
            <AdaptOffer
              datasetId={dataset}
              modelId={model}
              draft={draft.adapt}
              onDraft={(adapt) =>
                navigate({ screen: 'new', step, draft: withAdaptation(draft, adapt) }, { replace: true })
              }
              onStarted={({ id }) => {
                navigate({ screen: 'new', step, draft: withAdaptation(draft, undefined) }, { replace: true })
                navigate({ screen: 'run', id, view: 'run' })
              }}
            />
          )}
        </ModelStep>
      )
    case 'strategy':
      if (dataset === undefined || model === undefined) return null
      return (
        <StrategyStep
          datasetId={dataset}
          modelId={model}
          draft={draft}
          onDraft={(change) => navigate({ screen: 'new', step, draft: { ...draft, ...change } }, { replace: true })}
          onStarted={(started: Run) => go('run', { run: started.id })}
          onModel={() => go('model')}
        />
      )
    case 'run':
      return run === undefined ? null : <RunPanel id={run} onResult={() => go('result')} />
    case 'result':
      return run === undefined ? null : <ResultPanel id={run} onRun={() => go('run')} onUse={() => go('use')} />
    case 'use':
      return run === undefined ? null : <UsePanel id={run} onRun={() => go('run')} />
    default:
      return step satisfies never
  }
}

function withAdaptation({ adapt: _, ...draft }: Draft, adapt: AdaptationDraft | undefined): Draft {
  return adapt === undefined ? draft : { ...draft, adapt }
}

function Obstacle({ why, draft, go }: { why: string; draft: Draft; go: Go }) {
  const { t } = useTranslation()
  const [to, label] =
    draft.dataset === undefined
      ? (['data', t('steps.toData')] as const)
      : draft.model === undefined
        ? (['model', t('steps.toModel')] as const)
        : (['strategy', t('steps.toStrategy')] as const)
  return (
    <EmptyNotice
      icon={<IconListNumbers size={40} stroke={1.2} />}
      title={why}
      hint={t('steps.needHint')}
      action={<Button onClick={() => go(to)}>{label}</Button>}
    />
  )
}

interface FooterProps {
  step: Step
  obstacle(step: Step): string | null
  go: Go
}

function Footer({ step, obstacle, go }: FooterProps) {
  const { t } = useTranslation()
  const index = steps.indexOf(step)
  const before = steps[index - 1]
  const after = steps[index + 1]
  const reachable = after !== undefined && obstacle(after) === null
  if (step === 'data' && !reachable) return null
  return (
    <footer className="fino-footer">
      <div>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
          ml={-14}
          disabled={before === undefined}
          style={{ visibility: before === undefined ? 'hidden' : 'visible' }}
          onClick={() => before !== undefined && go(before)}
        >
          {t('common.back')}
        </Button>
        <span style={{ color: 'var(--fino-soft-ink)', fontSize: 'var(--mantine-font-size-sm)' }}>
          {t('steps.position', { number: index + 1, total: steps.length })}
        </span>
        <Button
          rightSection={<IconArrowRight size={16} aria-hidden />}
          disabled={!reachable}
          style={{ visibility: after === undefined || (step === 'strategy' && !reachable) ? 'hidden' : 'visible' }}
          onClick={() => after !== undefined && go(after)}
        >
          {t('common.continue')}
        </Button>
      </div>
    </footer>
  )
}
