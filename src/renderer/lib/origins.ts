/** Where adapted models come from: the runs that made them know. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Adaptation } from '../../shared/adaptation'
import type { Run } from '../../shared/run'
import { useFormat } from './format'
import { useQuery } from './query'

export interface Origin {
  /** Name of the model that was adapted. */
  base: string
  adaptation: Adaptation
}

/** By the id of the new model. */
export function useOrigins(): ReadonlyMap<string, Origin> {
  const runs = useQuery('runs:list', null, ['runs:changed'])
  return useMemo(() => originsOf(runs.value ?? []), [runs.value])
}

export function originsOf(runs: readonly Pick<Run, 'modelName' | 'adaptation'>[]): ReadonlyMap<string, Origin> {
  return new Map(
    runs.flatMap(({ modelName, adaptation }): [string, Origin][] =>
      adaptation === null || adaptation.modelId === null ? [] : [[adaptation.modelId, { base: modelName, adaptation }]],
    ),
  )
}

/** "Adapted from Starter to 9,540 texts of messages.csv" */
export function useOriginWords(): (origin: Origin) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return ({ base, adaptation }) => {
    const count = adaptation.texts.training
    return t('models.adaptedFrom', { base, count, formatted: format.number(count), source: adaptation.sourceName })
  }
}
