import { describe, expect, it } from 'vitest'
import { createFormat } from '../../../src/renderer/lib/format'

const en = createFormat('en')
const pt = createFormat('pt')
/** Intl puts no-break spaces where a person types plain ones. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ')

describe('createFormat', () => {
  it('writes numbers as the language does', () => {
    expect(en.number(1234567)).toBe('1,234,567')
    expect(plain(pt.number(1234567))).toBe('1.234.567')
    expect(en.percent(0.8421)).toBe('84.2%')
    expect(plain(pt.percent(0.8421))).toBe('84,2%')
    expect(en.score(0.9)).toBe('0.900')
    expect(pt.score(0.9)).toBe('0,900')
  })

  it('keeps tiny shares from reading as nothing', () => {
    expect(en.percent(0.00022)).toBe('0.022%')
    expect(en.percent(0)).toBe('0%')
    expect(en.percentInColumn(0.2)).toBe('20.0%')
    expect(plain(pt.percentInColumn(1))).toBe('100,0%')
  })

  it('scales bytes and shares the unit of a range', () => {
    expect(plain(en.bytes(512))).toBe('512 bytes')
    expect(plain(en.bytes(1_450_000))).toBe('1.5 MB')
    expect(plain(en.bytes(22_400_000))).toBe('22 MB')
    expect(plain(en.bytes(999_700))).toBe('1 MB')
    expect(plain(en.bytesRange({ low: 280e6, high: 713e6 }))).toBe('280 – 713 MB')
    expect(plain(en.bytesRange({ low: 421e6, high: 1.1e9 }))).toBe('421 MB – 1.1 GB')
  })

  it('writes times from less than a second to hours', () => {
    expect(plain(en.duration(0.2))).toBe('< 1 sec')
    expect(plain(en.duration(42.4))).toBe('42 sec')
    expect(plain(en.duration(59.9))).toBe('1 min')
    expect(plain(en.duration(178))).toBe('2 min 58 sec')
    expect(plain(en.duration(1800))).toBe('30 min')
    expect(plain(en.duration(5400))).toBe('1 hr 30 min')
    expect(plain(en.duration(3599))).toBe('1 hr')
    expect(plain(pt.duration(5400))).toBe('1 h 30 min')
  })

  it('says a range of times roughly', () => {
    expect(plain(en.durationRange({ low: 28, high: 178 }))).toBe('28 sec – 3 min')
    expect(plain(en.durationRange({ low: 200, high: 1900 }))).toBe('3 – 32 min')
    expect(plain(en.durationRange({ low: 10, high: 10 }))).toBe('10 sec')
  })

  it('writes learning rates without a row of zeros', () => {
    expect(en.significant(0.00002)).toBe('2E-5')
    expect(en.significant(0.001)).toBe('0.001')
    expect(en.significant(1.80451)).toBe('1.805')
  })
})
