/** Numbers, sizes, times and dates as the language writes them. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Range } from '../../shared/quote'

const locales: Record<string, string> = { en: 'en', pt: 'pt-BR' }
const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export type Format = ReturnType<typeof createFormat>

export function createFormat(language: string) {
  const locale = locales[language] ?? language
  const number = (value: number, maximumFractionDigits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits }).format(value)
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: name === 'byte' ? 'long' : 'short',
      maximumFractionDigits: digits,
    }).format(value)

  const bytes = (value: number) => {
    const { scaled, power } = scaleBytes(value)
    return unit(scaled, byteUnits[power] ?? 'byte', power > 0 && scaled < 10 ? 1 : 0)
  }

  const duration = (seconds: number) => {
    if (seconds < 1) return `< ${unit(1, 'second')}`
    if (seconds < 59.5) return unit(Math.round(seconds), 'second')
    const minutes = Math.round(seconds / 60)
    if (seconds < 600 && seconds % 60 >= 1) {
      const whole = Math.round(seconds)
      return [unit(Math.floor(whole / 60), 'minute'), whole % 60 > 0 ? unit(whole % 60, 'second') : ''].join(' ').trim()
    }
    if (minutes < 60) return unit(minutes, 'minute')
    return [unit(Math.floor(minutes / 60), 'hour'), minutes % 60 > 0 ? unit(minutes % 60, 'minute') : '']
      .join(' ')
      .trim()
  }

  const roughly = (seconds: number) =>
    seconds < 59.5 || seconds >= 600 ? duration(seconds) : unit(Math.round(seconds / 60), 'minute')

  return {
    locale,
    number,
    /** 22,713,216 -> 22.7M */
    compact: (value: number) =>
      new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value),
    /** 0.8421 -> 84.2% */
    percent: (share: number, digits = 1) =>
      new Intl.NumberFormat(locale, {
        style: 'percent',
        minimumFractionDigits: 0,
        maximumFractionDigits: share !== 0 && Math.abs(share) < 0.001 ? 3 : digits,
      }).format(share),
    /** For shares below each other, one decimal each: 0.2 -> 20.0% */
    percentInColumn: (share: number) =>
      new Intl.NumberFormat(locale, {
        style: 'percent',
        minimumFractionDigits: 1,
        maximumFractionDigits: 1,
      }).format(share),
    /** Three figures that keep their width: 0.842 */
    score: (value: number) =>
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: 3,
        maximumFractionDigits: 3,
        signDisplay: 'negative',
      }).format(value),
    /** Three figures of whatever size, in units of the data: 1234.5 -> 1,230; 0.04567 -> 0.0457 */
    measure: (value: number) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value),
    /** With its sign, in a column: +0.12 */
    signed: (value: number) =>
      new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(value),
    /** For values of any size, learning rates among them: 0.00002 -> 2E-5 */
    significant: (value: number) =>
      value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e6)
        ? new Intl.NumberFormat(locale, { notation: 'scientific', maximumSignificantDigits: 3 }).format(value)
        : new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(value),
    bytes,
    /** For what is only an estimate. */
    roughly,
    bytesRange: ({ low, high }: Range) => between(bytes(low), bytes(high)),
    duration,
    /** Whole minutes where the upper end has some: a range is no stopwatch. */
    durationRange: ({ low, high }: Range) => between(roughly(low), roughly(high)),
    dateTime: (iso: string) =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)),
    list: (items: readonly string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(items),
  }
}

/** Drops what both ends share: "2 min" to "4 min" -> "2 – 4 min". */
function between(low: string, high: string): string {
  if (low === high) return low
  const lowUnit = low.replace(/^[\d.,]+/, '')
  const highUnit = high.replace(/^[\d.,]+/, '')
  const sameUnit = lowUnit === highUnit && !/\d/.test(lowUnit)
  return `${sameUnit ? low.slice(0, low.length - lowUnit.length) : low} – ${high}`
}

function scaleBytes(value: number): { scaled: number; power: number } {
  let scaled = value
  let power = 0
  while (scaled >= 999.5 && power < byteUnits.length - 1) {
    scaled /= 1000
    power += 1
  }
  return { scaled, power }
}

export function useFormat(): Format {
  const { i18n } = useTranslation()
  return useMemo(() => createFormat(i18n.language), [i18n.language])
}
