import { describe, expect, it } from 'vitest'
import { createNumberForm, describeNumbers, isMissingNumber, parseNumber } from '../../../src/main/data/numbers'

it.each([
  ['3', 3],
  [' -0.25 ', -0.25],
  ['\u22125', -5],
  ['.5', 0.5],
  ['1e-3', 0.001],
  ['3,5', 3.5],
  ['0,125', 0.125],
  ['-,5', -0.5],
  ['1.234,5', 1234.5],
  ['1,234.5', 1234.5],
  ['1,234', 1234],
  ['1.234', 1.234],
  ['1.234.567,8', 1234567.8],
  ['1,234,567', 1234567],
  ['1 234,5', 1234.5],
  ['1\u202f234.5', 1234.5],
  ["1'234.5", 1234.5],
  ['3%', 3],
  ['2,5 %', 2.5],
])('%s is a number', (cell, value) => {
  expect(parseNumber(cell)).toBe(value)
})

it.each(['', 'three', '1 2', '0x10', 'Infinity', '1e999', '--1', '1.2.3', '1,2,3', '01,234,567', 'e5', '.', ',', '%'])(
  '%j is none',
  (cell) => {
    expect(parseNumber(cell)).toBeNull()
  },
)

describe('the form of a column', () => {
  const formOf = (cells: string[], semicolons = false) => {
    const form = createNumberForm({ semicolons })
    for (const cell of cells) form.add(cell)
    return form.decide()
  }
  const read = (cells: string[], semicolons = false) => {
    const form = formOf(cells, semicolons)
    return cells.map((cell) => parseNumber(cell, form))
  }

  it.each([
    ['thousands, where no cell says otherwise', ['1,234', '980'], false, [1234, 980]],
    ['decimal comma, where another cell can be read in no other way', ['1,234', '0,5'], false, [1.234, 0.5]],
    ['thousands beside decimal points', ['1,234', '0.5'], false, [1234, 0.5]],
    ['decimal comma in a file of semicolons', ['1,234', '980'], true, [1.234, 980]],
    ['points that group, beside decimal commas', ['1.234', '2,5'], false, [1234, 2.5]],
    ['decimal points, also in a file of semicolons', ['1.234', '980'], true, [1.234, 980]],
    ['the majority, where cells disagree', ['1,234', '2,5', '3,5', '4.5'], false, [1.234, 2.5, 3.5, 4.5]],
    ['percent of all', ['12%', '7,5 %'], false, [12, 7.5]],
    ['a lone percent sign is another unit', ['12', '7', '50%'], false, [12, 7, null]],
    ['a lone number among percents is another unit', ['12%', '7%', '0.5'], false, [12, 7, null]],
  ] as const)('%s', (_name, cells, semicolons, values) => {
    expect(read([...cells], semicolons)).toEqual(values)
  })

  it('is not decided by what is no number', () => {
    expect(formOf(['a,b', 'n/a', '%', '3.5'])).toEqual({ decimal: '.', percent: false })
  })
})

it('describes numbers', () => {
  expect(describeNumbers([1, 2, 3, 6])).toEqual({ mean: 3, deviation: Math.sqrt(3.5), minimum: 1, maximum: 6 })
  expect(describeNumbers([0.1, 0.1, 0.1]).deviation).toBe(0)
})

it('knows how programs write no value', () => {
  expect(['', ' ', 'NaN', 'NA', 'n/a', 'null', '-'].every(isMissingNumber)).toBe(true)
  expect(['0', 'no', 'a'].some(isMissingNumber)).toBe(false)
})
