/** What the model should do with the texts: inferred from the columns, changed with one press. */
import { Radio, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconMessage2, IconNumbers, IconTags } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { type Task, tasks } from '../../../shared/dataset'

const icons = { classification: IconTags, regression: IconNumbers, instruction: IconMessage2 } as const

export function TaskChoice({ task, onTask }: { task: Task; onTask(task: Task): void }) {
  const { t } = useTranslation()
  return (
    <Radio.Group
      value={task}
      onChange={(value) => onTask(tasks.find((known) => known === value) ?? 'classification')}
      label={t('data.task')}
      labelProps={{ mb: 8 }}
    >
      <SimpleGrid cols={3} spacing="sm">
        {tasks.map((each) => (
          <TaskCard key={each} task={each} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  )
}

function TaskCard({ task }: { task: Task }) {
  const { t } = useTranslation()
  const Icon = icons[task]
  const name = t(`data.tasks.${task}`)
  return (
    <Radio.Card value={task} className="fino-choice fino-choice-compact" aria-label={name}>
      <div style={{ display: 'flex', gap: 12 }}>
        <Icon size={20} stroke={1.6} color="var(--fino-accent)" aria-hidden style={{ flex: 'none', marginTop: 1 }} />
        <Stack gap={2}>
          <Text size="sm" fw={650}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`data.taskHints.${task}`)}
          </Text>
        </Stack>
      </div>
    </Radio.Card>
  )
}
