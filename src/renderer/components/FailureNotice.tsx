/** An expected failure beside the control that met it: what was wrong, where, and what to do next. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { FailureRecord } from '../../shared/failure'
import { useFailureText } from '../lib/failure-text'

interface FailureNoticeProps {
  failure: FailureRecord | undefined | null
  retry?: (() => void) | undefined
  /** Further remedies, as buttons. */
  children?: ReactNode
}

export function FailureNotice({ failure, retry, children }: FailureNoticeProps) {
  const { t } = useTranslation()
  const textOf = useFailureText()
  if (failure === undefined || failure === null) return null
  const { title, body, original } = textOf(failure)
  return (
    <Alert role="alert" color="brick" variant="light" title={title} icon={<IconAlertTriangle size={18} />}>
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {body}
        </Text>
        {original !== null && (
          <Text size="xs" c="dimmed" lang="en" style={{ overflowWrap: 'anywhere' }}>
            {t('common.details')}: {original}
          </Text>
        )}
        {(retry !== undefined || children !== undefined) && (
          <Group gap="xs">
            {children}
            {retry !== undefined && (
              <Button size="xs" variant="default" onClick={retry}>
                {t('common.tryAgain')}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Alert>
  )
}
