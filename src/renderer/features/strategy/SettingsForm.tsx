/** The hyperparameters of the chosen strategy: presets shown, changes marked, each explained in one line. */
import { Button, SegmentedControl, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type BackendChoice, backendChoiceSchema } from '../../../shared/device'
import type { LabelWeights, Recipe } from '../../../shared/recipe'
import type { StrategyDescription } from '../../../shared/strategy'
import { Card } from '../../components/Card'
import { Field, NumberSetting } from '../../components/Field'
import { ranges } from '../../lib/number-ranges'
import { withField, withOption } from '../../lib/recipe-changes'
import type { RecipeChanges } from '../../lib/routes'
import { passesLayers } from '../../lib/strategy-fields'
import { formFieldsOf, optionsOf } from './fields'
import { OptionField } from './OptionField'

interface SettingsFormProps {
  description: StrategyDescription
  preset: Recipe
  changes: RecipeChanges
  /** Whether each text has one label, so that rare ones can weigh more. */
  oneLabel: boolean
  advanced: boolean
  onAdvanced(advanced: boolean): void
  onChanges(changes: RecipeChanges): void
}

export function SettingsForm(props: SettingsFormProps) {
  const { description, preset, changes, oneLabel, advanced, onAdvanced, onChanges } = props
  const { t } = useTranslation()
  const changed = Object.keys(changes).length > 0
  const name = t(`strategy.${description.id}.name`)
  const own = optionsOf(description, changes.options ?? {}, advanced).map((option) => (
    <OptionField
      key={option.name}
      strategy={description.id}
      option={option}
      value={changes.options?.[option.name]}
      onValue={(value) => onChanges(withOption(changes, option.name, value))}
    />
  ))
  const training = (
    <>
      {formFieldsOf(description.id, advanced).map((field) => (
        <NumberSetting
          key={field}
          label={t(`strategy.fields.${field}`)}
          hint={t(`strategy.hints.${field}`)}
          range={ranges[field]}
          preset={preset[field]}
          value={changes[field] ?? preset[field]}
          onValue={(value) => onChanges(withField(changes, field, value === preset[field] ? undefined : value))}
        />
      ))}
      {/* What another data set left set must be there to be unset. */}
      {(oneLabel || changes.labelWeights !== undefined) && (
        <LabelWeightsSetting preset={preset.labelWeights} changes={changes} onChanges={onChanges} />
      )}
      {advanced && passesLayers(description.id) && (
        <SwitchSetting
          field="recomputeLayers"
          preset={preset.recomputeLayers}
          value={changes.recomputeLayers}
          onValue={(value) => onChanges(withField(changes, 'recomputeLayers', value))}
        />
      )}
      {description.id !== 'dictionary' && (
        <BackendSetting preset={preset.backend} changes={changes} onChanges={onChanges} />
      )}
    </>
  )
  return (
    <Card
      title={t('strategy.settings')}
      hint={name}
      aside={
        <SegmentedControl
          aria-label={t('strategy.mode')}
          value={advanced ? 'advanced' : 'simple'}
          onChange={(value) => onAdvanced(value === 'advanced')}
          data={[
            { value: 'simple', label: t('strategy.simple') },
            { value: 'advanced', label: t('strategy.advanced') },
          ]}
        />
      }
    >
      {advanced ? (
        <>
          {own.length > 0 && <Part title={t('strategy.ownSettings', { strategy: name })}>{own}</Part>}
          <Part title={t('strategy.trainingSettings')}>{training}</Part>
        </>
      ) : (
        <SimpleGrid cols={4} spacing="lg">
          {training}
          {own}
        </SimpleGrid>
      )}
      {changed && (
        <Button
          variant="subtle"
          size="compact-sm"
          ml={-8}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChanges({})}
        >
          {t('strategy.resetAll')}
        </Button>
      )}
    </Card>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" fw={550}>
        {title}
      </Text>
      <SimpleGrid cols={3} spacing="lg" verticalSpacing="lg">
        {children}
      </SimpleGrid>
    </Stack>
  )
}

interface OwnSettingProps<Value> {
  preset: Value
  changes: RecipeChanges
  onChanges(changes: RecipeChanges): void
}

function LabelWeightsSetting({ preset, changes, onChanges }: OwnSettingProps<LabelWeights>) {
  return (
    <SwitchSetting
      field="labelWeights"
      preset={preset === 'balanced'}
      value={changes.labelWeights === undefined ? undefined : changes.labelWeights === 'balanced'}
      onValue={(value) =>
        onChanges(withField(changes, 'labelWeights', value === undefined ? undefined : value ? 'balanced' : 'equal'))
      }
    />
  )
}

interface SwitchSettingProps {
  field: 'labelWeights' | 'recomputeLayers'
  preset: boolean
  /** As the person set it. */
  value: boolean | undefined
  onValue(value: boolean | undefined): void
}

function SwitchSetting({ field, preset, value, onValue }: SwitchSettingProps) {
  const { t } = useTranslation()
  const label = t(`strategy.fields.${field}`)
  return (
    <Field
      label={label}
      hint={t(`strategy.hints.${field}`)}
      changedFrom={value === undefined ? null : t(preset ? 'common.yes' : 'common.no')}
      onReset={() => onValue(undefined)}
    >
      <Switch
        aria-label={label}
        my={7}
        checked={value ?? preset}
        onChange={(event) => {
          const next = event.currentTarget.checked
          onValue(next === preset ? undefined : next)
        }}
      />
    </Field>
  )
}

function BackendSetting({ preset, changes, onChanges }: OwnSettingProps<BackendChoice>) {
  const { t } = useTranslation()
  const label = t('strategy.fields.backend')
  const set = (value: BackendChoice | undefined) => onChanges(withField(changes, 'backend', value))
  return (
    <Field
      label={label}
      hint={t('strategy.hints.backend')}
      changedFrom={changes.backend === undefined ? null : t(`strategy.backends.${preset}`)}
      onReset={() => set(undefined)}
    >
      <Select
        aria-label={label}
        data={backendChoiceSchema.options.map((value) => ({ value, label: t(`strategy.backends.${value}`) }))}
        value={changes.backend ?? preset}
        onChange={(value) => value !== null && set(value === preset ? undefined : (value as BackendChoice))}
      />
    </Field>
  )
}
