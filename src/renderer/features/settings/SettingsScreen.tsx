/** How Fino looks, what it computes with, where it keeps things, and what it never does. */
import { Input, SegmentedControl, Select, SimpleGrid, Text } from '@mantine/core'
import { IconShieldLock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { settingsSchema } from '../../../shared/contract'
import { backendChoiceSchema } from '../../../shared/device'
import { Card } from '../../components/Card'
import { CopyableCode } from '../../components/CopyableCode'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { useAction } from '../../lib/action'
import { useQuery } from '../../lib/query'
import { useSession } from '../../lib/session'
import { AccelerationCard } from './AccelerationCard'
import { MachineCard } from './MachineCard'

const { language, colorScheme } = settingsSchema.shape

export function SettingsScreen() {
  const { t } = useTranslation()
  const { host, settings, changeSettings } = useSession()
  const doctor = useQuery('devices:doctor', null)
  const changing = useAction(changeSettings)
  return (
    <Page title={t('settings.title')} intro={t('settings.intro')}>
      <FailureNotice failure={changing.failure} />
      <Card title={t('settings.appearance')}>
        <SimpleGrid cols={2} spacing="lg">
          <Select
            label={t('settings.language')}
            data={language.options.map((value) => ({ value, label: t(`settings.languages.${value}`) }))}
            value={settings.language}
            onChange={(value) => void changing.run({ language: language.parse(value) })}
          />
          <Input.Wrapper label={t('settings.colorScheme')} labelElement="div" size="sm">
            <SegmentedControl
              fullWidth
              size="sm"
              aria-label={t('settings.colorScheme')}
              data={colorScheme.options.map((value) => ({ value, label: t(`settings.schemes.${value}`) }))}
              value={settings.colorScheme}
              onChange={(value) => void changing.run({ colorScheme: colorScheme.parse(value) })}
            />
          </Input.Wrapper>
        </SimpleGrid>
      </Card>
      <Card title={t('settings.computing')}>
        <Select
          label={t('settings.backend')}
          description={t('settings.backendHint')}
          data={backendChoiceSchema.options.map((value) => ({ value, label: t(`strategy.backends.${value}`) }))}
          value={settings.backend}
          onChange={(value) => void changing.run({ backend: backendChoiceSchema.parse(value) })}
          maw={420}
        />
      </Card>
      <MachineCard doctor={doctor} />
      <AccelerationCard doctor={doctor} />
      <Card title={t('settings.workspace')} hint={t('settings.workspaceHint')}>
        <CopyableCode code={host.home} label={t('settings.workspace')} copyLabel={t('common.copy')} />
      </Card>
      <Card
        title={t('settings.privacy')}
        aside={<IconShieldLock size={22} stroke={1.5} color="var(--fino-accent)" aria-hidden />}
      >
        <Text>{t('settings.privacyBody')}</Text>
        {host.kind === 'browser' && (
          <Text size="sm" c="dimmed">
            {t('settings.privacyBrowser')}
          </Text>
        )}
      </Card>
    </Page>
  )
}
