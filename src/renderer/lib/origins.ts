/** Where adapted models come from, in words. */
import { useTranslation } from 'react-i18next'
import type { ModelOrigin } from '../../shared/model'
import { useFormat } from './format'

/** "Adapted from Starter to 9,540 texts of messages.csv" */
export function useOriginWords(): (origin: Omit<ModelOrigin, 'folder'>) => string {
  const { t } = useTranslation()
  const format = useFormat()
  return ({ baseName, sourceName, texts }) =>
    t('models.adaptedFrom', { base: baseName, count: texts, formatted: format.number(texts), source: sourceName })
}
