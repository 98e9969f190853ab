/** Asks the trained model about one text. */
import { Button, Group, Kbd, Stack, Switch, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Generation } from '../../../shared/generation'
import type { Prediction } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { FailureNotice } from '../../components/FailureNotice'
import { useAction } from '../../lib/action'
import { call } from '../../lib/api'
import { mannerOf } from '../../lib/manner'
import { Answer } from './Answer'
import { GenerationFields, usualGeneration } from './GenerationFields'
import { WrittenAnswers } from './WrittenAnswers'

interface Asked {
  prediction: Prediction
  /** The base model's, where it was asked too. */
  base: Prediction | null
}

export function TryTextCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const manner = mannerOf(run.problem.kind)
  const answers = manner === 'answer'
  const [text, setText] = useState('')
  const [generation, setGeneration] = useState<Generation>(usualGeneration)
  const [beside, setBeside] = useState(true)
  const [asked, setAsked] = useState<Asked | null>(null)
  const predicting = useAction(async (given: string) => {
    if (answers && beside) {
      const { base, tuned } = await call('predictions:compare', { runId: run.id, text: given, generation })
      setAsked({ prediction: tuned, base })
      return
    }
    const input = { runId: run.id, text: given, ...(answers ? { generation } : {}) }
    setAsked({ prediction: await call('predictions:text', input), base: null })
  })
  const submit = () => {
    if (text.trim() !== '') void predicting.run(text)
  }
  return (
    <Card title={t('use.try')} hint={t('use.tryHint')}>
      <div className="fino-try" data-answers={answers}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <Stack gap="sm">
            <div className="fino-try-form">
              <Textarea
                label={t(`use.textLabel.${manner}`)}
                placeholder={t(`use.placeholder.${manner}`)}
                autosize
                minRows={5}
                maxRows={12}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
                }}
              />
              {answers && <GenerationFields generation={generation} onGeneration={setGeneration} />}
            </div>
            <Group gap="sm">
              <Button type="submit" loading={predicting.busy} disabled={text.trim() === ''}>
                {t(`use.predict.${manner}`)}
              </Button>
              <Text size="xs" c="dimmed" aria-hidden>
                <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
              </Text>
              {answers && (
                <Switch
                  ml="auto"
                  size="sm"
                  label={t('use.compare')}
                  checked={beside}
                  onChange={(event) => setBeside(event.currentTarget.checked)}
                />
              )}
            </Group>
            <FailureNotice failure={predicting.failure} />
          </Stack>
        </form>
        <div aria-live="polite">
          {answers ? (
            <WrittenAnswers
              busy={predicting.busy}
              beside={beside}
              base={asked?.base ?? null}
              tuned={asked?.prediction ?? null}
            />
          ) : (
            <Answer run={run} prediction={asked?.prediction ?? null} />
          )}
        </div>
      </div>
    </Card>
  )
}
