import { expect, it } from 'vitest'
import { isMissingNumber, parseNumber } from '../../../src/main/data/numbers'

it.each([
  ['3', 3],
  [' -0.25 ', -0.25],
  ['.5', 0.5],
  ['1e-3', 0.001],
  ['3,5', 3.5],
  ['-,5', -0.5],
  ['1.234,5', 1234.5],
  ['1,234.5', 1234.5],
  ['1.234.567,8', 1234567.8],
])('%s is a number', (cell, value) => {
  expect(parseNumber(cell)).toBe(value)
})

it.each(['', 'three', '1 2', '0x10', '3%', 'Infinity', '--1', '1.2.3', '1,2,3', 'e5', '.', ','])(
  '%j is none',
  (cell) => {
    expect(parseNumber(cell)).toBeNull()
  },
)

it('knows how programs write no value', () => {
  expect(['', ' ', 'NaN', 'NA', 'n/a', 'null', '-'].every(isMissingNumber)).toBe(true)
  expect(['0', 'no', 'a'].some(isMissingNumber)).toBe(false)
})
