/** Everything that decided the run. */
import { Button, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RunResult } from '../../../shared/result'
import type { Run } from '../../../shared/run'
import { Card } from '../../components/Card'
import { CopyableCode } from '../../components/CopyableCode'
import { useFormat } from '../../lib/format'
import { useMethod } from '../../lib/method'
import { useOptionWords } from '../../lib/option-words'
import { recipeFields } from '../../lib/recipe-changes'
import { navigate, repeatRoute } from '../../lib/routes'
import { fieldsOf } from '../../lib/strategy-fields'

/** The backend that computed, the template and what is no number have places of their own. */
const shown = recipeFields.filter(
  (field) => field !== 'labelWeights' && field !== 'recomputeLayers' && field !== 'backend' && field !== 'template',
)

export function RecipeCard({ run, result }: { run: Run; result: RunResult }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { recipe } = run
  const method = useMethod()
  const option = useOptionWords(recipe.strategy)
  const share = ({ trainableParameters, totalParameters }: RunResult) =>
    `${format.compact(trainableParameters)} (${format.percent(trainableParameters / totalParameters)})`
  const words = recipe.strategy === 'dictionary'
  const facts: [string, string][] = [
    [t('result.strategy'), method(run)],
    ...(words ? [] : [[t('result.model'), run.modelName] satisfies [string, string]]),
    [t('result.dataset'), run.datasetName],
    [t('result.backend'), run.backend === null ? '–' : t(`strategy.backends.${run.backend}`)],
    [t('result.trained'), words ? format.number(result.trainableParameters) : share(result)],
    ...shown
      .filter((field) => fieldsOf(recipe.strategy).includes(field))
      .map((field): [string, string] => [
        t(`strategy.fields.${field}`),
        field === 'seed' ? String(recipe.seed) : format.significant(recipe[field]),
      ]),
    ...(run.problem.kind === 'single-label'
      ? [
          [
            t('strategy.fields.labelWeights'),
            t(recipe.labelWeights === 'balanced' ? 'common.yes' : 'common.no'),
          ] satisfies [string, string],
        ]
      : []),
    ...(recipe.recomputeLayers
      ? [[t('strategy.fields.recomputeLayers'), t('common.yes')] satisfies [string, string]]
      : []),
    ...Object.entries(recipe.options).map(([name, value]): [string, string] => [
      option(name).label,
      option(name).write(value),
    ]),
  ]
  return (
    <Card
      title={t('result.recipe')}
      hint={t('result.recipeHint')}
      aside={
        <Button size="xs" variant="default" onClick={() => navigate(repeatRoute(run))}>
          {t('run.repeat')}
        </Button>
      }
    >
      <SimpleGrid cols={4} spacing="lg" verticalSpacing="sm" component="dl" m={0}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text size="xs" c="dimmed" component="dt">
              {name}
            </Text>
            <Text size="sm" fw={550} component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <details>
        <summary style={{ cursor: 'pointer', fontSize: 'var(--mantine-font-size-sm)' }}>recipe.json</summary>
        <div style={{ marginTop: 10 }}>
          <CopyableCode code={JSON.stringify(recipe, null, 2)} label="recipe.json" copyLabel={t('common.copy')} />
        </div>
      </details>
    </Card>
  )
}
