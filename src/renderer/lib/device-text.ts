/** A device as the engine names it, in the person's language; names it has no words for stay as they are. */
import { useTranslation } from 'react-i18next'

export function useDeviceText(): (device: string) => string {
  const { t } = useTranslation()
  return (device) => {
    const threads = /^CPU, (?:(one) thread|(\d+) threads)$/.exec(device)
    return threads === null ? device : t('common.threads', { count: threads[1] === 'one' ? 1 : Number(threads[2]) })
  }
}
