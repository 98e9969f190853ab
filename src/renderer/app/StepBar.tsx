/** The seven steps of a finetuning; those that can be reached are buttons. */
import { Tooltip, UnstyledButton } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { type Step, steps } from '../lib/routes'

interface StepBarProps {
  current: Step
  /** Why a step cannot be reached yet; null where it can. */
  obstacle(step: Step): string | null
  onStep(step: Step): void
}

export function StepBar({ current, obstacle, onStep }: StepBarProps) {
  const { t } = useTranslation()
  return (
    <nav className="fino-steps" aria-label={t('steps.title')}>
      <ol>
        {steps.map((step, index) => {
          const why = obstacle(step)
          const next = steps[index + 1]
          const done = step !== current && why === null && (next === undefined || obstacle(next) === null)
          return (
            <li key={step}>
              <Tooltip label={why} disabled={why === null}>
                <UnstyledButton
                  className="fino-step"
                  aria-current={step === current ? 'step' : undefined}
                  aria-disabled={why !== null}
                  data-done={done}
                  onClick={() => why === null && onStep(step)}
                >
                  <span className="fino-step-mark" aria-hidden>
                    {done ? <IconCheck size={14} stroke={2.4} /> : index + 1}
                  </span>
                  {t(`steps.${step}`)}
                </UnstyledButton>
              </Tooltip>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
