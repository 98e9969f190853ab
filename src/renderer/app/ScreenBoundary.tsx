/** Keeps a screen's mistake from taking the window with it. */
import { Alert, Button, Stack, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface ScreenBoundaryState {
  message: string | null
}

export class ScreenBoundary extends Component<{ children: ReactNode }, ScreenBoundaryState> {
  override state: ScreenBoundaryState = { message: null }

  static getDerivedStateFromError(thrown: unknown): ScreenBoundaryState {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) }
  }

  override render() {
    const { message } = this.state
    return message === null ? this.props.children : <CannotDraw message={message} />
  }
}

function CannotDraw({ message }: { message: string }) {
  const { t } = useTranslation()
  return (
    <div className="fino-content">
      <Alert color="brick" role="alert" title={t('app.cannotDraw')}>
        <Stack align="flex-start" gap="sm">
          <Text size="sm">{t('app.cannotDrawBody')}</Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {message}
          </Text>
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            {t('app.reload')}
          </Button>
        </Stack>
      </Alert>
    </div>
  )
}
