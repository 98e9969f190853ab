/** Every model on this computer that Fino can finetune. */
import { ActionIcon, Button, Group, SimpleGrid, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconBox, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../../shared/model'
import { CardSkeletons } from '../../components/CardSkeletons'
import { ConfirmDialog } from '../../components/ConfirmDialog'
import { EmptyNotice } from '../../components/EmptyNotice'
import { FailureNotice } from '../../components/FailureNotice'
import { Page } from '../../components/Page'
import { call } from '../../lib/api'
import { useQuery } from '../../lib/query'
import { navigate } from '../../lib/routes'
import { useSession } from '../../lib/session'
import { AddModel } from './AddModel'
import { ModelFacts } from './ModelFacts'
import { ModelHead } from './ModelHead'

export function ModelsScreen() {
  const { t } = useTranslation()
  const models = useQuery('models:list', null, ['models:changed'])
  return (
    <Page title={t('models.listTitle')} intro={t('models.listIntro')}>
      <FailureNotice failure={models.failure} retry={models.reload} />
      {models.value === undefined && models.failure === undefined && (
        <CardSkeletons count={2} height={230} columns={2} />
      )}
      {models.value?.length === 0 && (
        <EmptyNotice icon={<IconBox size={40} stroke={1.2} />} title={t('models.none')} hint={t('models.noneHint')} />
      )}
      <SimpleGrid cols={2} spacing="md">
        {models.value?.map((model) => (
          <ModelCard key={model.id} model={model} />
        ))}
      </SimpleGrid>
      <AddModel onAdded={(model) => notifications.show({ message: t('models.added', { name: model.name }) })} />
    </Page>
  )
}

function ModelCard({ model }: { model: Model }) {
  const { t } = useTranslation()
  const { host } = useSession()
  const ofFino = [model.folder, model.origin?.folder].some((folder) => folder?.startsWith(host.home))
  const [asking, setAsking] = useState(false)
  return (
    <article className="fino-choice" aria-label={model.name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="lg">
        <div style={{ minWidth: 0 }}>
          <ModelHead model={model} />
        </div>
        {model.source === 'folder' && (
          <Tooltip label={t('common.remove')}>
            <ActionIcon aria-label={`${t('common.remove')}: ${model.name}`} onClick={() => setAsking(true)}>
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <ModelFacts model={model} />
      <Button
        variant="default"
        size="xs"
        mt="lg"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => navigate({ screen: 'new', step: 'data', draft: { model: model.id } })}
      >
        {t('models.finetune')}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={t('models.removeTitle', { name: model.name })}
        body={t(ofFino ? 'models.removeBodyAdapted' : 'models.removeBody')}
        confirm={t('common.remove')}
        onConfirm={() => call('models:remove', { id: model.id })}
        onClose={() => setAsking(false)}
      />
    </article>
  )
}
