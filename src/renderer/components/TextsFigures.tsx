/** The texts of an adaptation in three numbers: learnt from, held out, left out. */
import { useTranslation } from 'react-i18next'
import type { AdaptationTexts } from '../../shared/adaptation'
import { leftOutOf } from '../lib/adaptation'
import { useFormat } from '../lib/format'
import { Figure } from './Figure'

export function TextsFigures({ texts }: { texts: AdaptationTexts | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const reasons =
    texts === undefined
      ? []
      : (['evaluation', 'repeated', 'empty'] as const)
          .filter((reason) => texts.leftOut[reason] > 0)
          .map((reason) =>
            t(`adapt.leftOut.${reason}`, {
              count: texts.leftOut[reason],
              formatted: format.number(texts.leftOut[reason]),
            }),
          )
  // Of a file nobody knows which of its texts are labelled.
  const unlabelled =
    texts === undefined || texts.unlabelled === texts.training
      ? undefined
      : t('adapt.unlabelled', { count: texts.unlabelled, formatted: format.number(texts.unlabelled) })
  return (
    <>
      <Figure label={t('adapt.learnt')} value={texts && format.number(texts.training)} hint={unlabelled} />
      <Figure label={t('adapt.heldOut')} value={texts && format.number(texts.heldOut)} hint={t('adapt.heldOutHint')} />
      <Figure
        label={t('adapt.leftOutTitle')}
        value={texts && format.number(leftOutOf(texts))}
        hint={reasons.length === 0 ? t('adapt.nothingLeftOut') : reasons.join(' · ')}
      />
    </>
  )
}
