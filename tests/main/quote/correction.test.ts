import { expect, test } from 'vitest'
import { learnCorrection, median, trackRecord } from '../../../src/main/quote/correction'
import type { Experience } from '../../../src/shared/quote'

const run = (changes: Partial<Experience>): Experience => ({
  strategy: 'lora',
  adapts: false,
  backend: 'wasm',
  basis: 'probe',
  estimatedSeconds: 100,
  estimatedMemoryBytes: 100,
  quotedSeconds: 100,
  actualSeconds: 100,
  actualMemoryBytes: 100,
  ...changes,
})
const wanted = { strategy: 'lora', adapts: false, backend: 'wasm', basis: 'probe' } as const

test('the median of an odd and of an even number of values', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})

test('untaught, an estimate stands in a wide range; a probe in a narrower one', () => {
  expect(learnCorrection([], wanted).seconds).toEqual({ low: 1 / 1.3, center: 1, high: 1.3 })
  expect(learnCorrection([], { ...wanted, basis: 'prior' }).seconds.high).toBe(2.5)
})

test('runs that always took twice as long double the estimate and narrow its range', () => {
  const { seconds } = learnCorrection(
    [1, 2, 3].map(() => run({ actualSeconds: 200 })),
    wanted,
  )
  expect(seconds.center).toBe(2)
  // 1.3 ^ (1 / 4) = 1.068 is below the narrowest of 1.1
  expect(seconds.high).toBeCloseTo(2.2, 9)
  expect(seconds.low).toBeCloseTo(2 / 1.1, 9)
})

test('runs that scatter widen the range', () => {
  // Ratios 1/2, 1, 2: median 1, median distance ln 2, twice of it = a factor of 4.
  const { seconds } = learnCorrection(
    [50, 100, 200].map((actualSeconds) => run({ actualSeconds })),
    wanted,
  )
  expect(seconds.center).toBe(1)
  expect(seconds.high).toBeCloseTo(4, 9)
  expect(seconds.low).toBeCloseTo(0.25, 9)
})

test('another backend or another basis teaches nothing; another strategy only while there is little of the same', () => {
  const other = [1, 2].flatMap(() => [
    run({ backend: 'tensorflow', actualSeconds: 900 }),
    run({ basis: 'prior', actualSeconds: 900 }),
  ])
  expect(learnCorrection(other, wanted).seconds.center).toBe(1)
  expect(learnCorrection([run({ strategy: 'dictionary', actualSeconds: 900 })], wanted).seconds.center).toBe(1)
  const full = run({ strategy: 'full', actualSeconds: 300 })
  expect(learnCorrection([full], wanted).seconds.center).toBe(3)
  expect(learnCorrection([full, full, full, run({}), run({})], wanted).seconds.center).toBe(1)
  const adapted = run({ strategy: 'full', adapts: true, actualSeconds: 500 })
  expect(learnCorrection([full, full, adapted, adapted], { ...wanted, strategy: 'full' }).seconds.center).toBe(3)
  const ofAdaptations = { ...wanted, strategy: 'full', adapts: true } as const
  expect(learnCorrection([full, full, adapted, adapted], ofAdaptations).seconds.center).toBe(5)
})

test('the track record is the median error of what people were told', () => {
  expect(trackRecord([])).toBeNull()
  const record = trackRecord([
    run({ quotedSeconds: 110 }),
    run({ quotedSeconds: 80 }),
    run({ quotedSeconds: 150, actualSeconds: 100 }),
  ])
  expect(record?.runs).toBe(3)
  expect(record?.medianTimeError).toBeCloseTo(0.2, 9)
})
