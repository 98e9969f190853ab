/** What a run did, in a word or two: its strategy's name, or that it adapted a model. */
import { useTranslation } from 'react-i18next'
import type { Run } from '../../shared/run'

export function useMethod(): (run: Pick<Run, 'recipe' | 'adaptation'>) => string {
  const { t } = useTranslation()
  return ({ recipe, adaptation }) => (adaptation === null ? t(`strategy.${recipe.strategy}.name`) : t('adapt.method'))
}
