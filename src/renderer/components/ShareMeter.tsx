/** A share of a whole on a scale that counts in tens, so that 0.02 % can be seen beside 100 %. */
import { useTranslation } from 'react-i18next'
import { useFormat } from '../lib/format'

/** 0.001 % to 100 %. */
const decades = 5

export function ShareMeter({ share }: { share: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const filled = share <= 0 ? 0 : Math.min(1, Math.max(0.03, 1 + Math.log10(share) / decades))
  return (
    <div className="fino-meter" role="img" aria-label={t('strategy.meter', { share: format.percent(share) })}>
      {Array.from({ length: decades }, (_, decade) => decade).map((decade) => (
        <span key={decade}>
          <i style={{ width: `${Math.min(1, Math.max(0, filled * decades - decade)) * 100}%` }} />
        </span>
      ))}
    </div>
  )
}
