/** Written answers, the base model's beside the tuned one's: what training changed can be read. */
import { Loader, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Prediction } from '../../../shared/result'

interface WrittenAnswersProps {
  busy: boolean
  beside: boolean
  base: Prediction | null
  tuned: Prediction | null
}

export function WrittenAnswers({ busy, beside, base, tuned }: WrittenAnswersProps) {
  const { t } = useTranslation()
  return (
    <div className="fino-answers">
      {beside && <Written title={t('use.base')} busy={busy} prediction={base} quiet />}
      <Written title={t('use.tuned')} busy={busy} prediction={tuned} />
    </div>
  )
}

interface WrittenProps {
  title: string
  busy: boolean
  prediction: Prediction | null
  quiet?: boolean
}

function Written({ title, busy, prediction, quiet = false }: WrittenProps) {
  const { t } = useTranslation()
  const answer = prediction?.kind === 'instruction' ? prediction : null
  return (
    <Stack gap={8} component="section" aria-label={title} className="fino-answer" data-quiet={quiet}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {busy ? (
        <Loader size="sm" type="dots" />
      ) : answer === null ? (
        <Text size="sm" c="dimmed">
          {t('use.waitingAnswer')}
        </Text>
      ) : (
        <>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {answer.text}
          </Text>
          {answer.stoppedBecause === 'length' && (
            <Text size="xs" c="dimmed">
              {t('use.cutOff')}
            </Text>
          )}
        </>
      )}
    </Stack>
  )
}
