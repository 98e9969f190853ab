/** Numbers as people write them in tables: decimal point or comma, thousands grouped or not, with or without a percent sign. */

/** How the numbers of one column are written. */
export interface NumberForm {
  decimal: '.' | ','
  /** True where most cells end in "%": the number is what stands before it, and cells without are no such number. */
  percent: boolean
}

const forms = { '.': pattern('\\.', ','), ',': pattern(',', '.') } as const
const percentSign = /\s*%$/
const missing = new Set(['', 'nan', 'na', 'n/a', 'null', 'none', '-'])

/**
 * Null where the cell is no number. What can be read in two ways ("1,234") is read as `form` says; what can be read in
 * one way only ("3,5", "1.234,5", "0.25") is read that way whatever the form. Without a form: decimal point, "%" or not.
 */
export function parseNumber(cell: string, form?: NumberForm): number | null {
  const text = cell.trim()
  const bare = text.replace(percentSign, '').replace('\u2212', '-')
  if (form !== undefined && form.percent !== percentSign.test(text)) return null
  const decimal = form?.decimal ?? '.'
  return read(bare, decimal) ?? read(bare, decimal === '.' ? ',' : '.')
}

/** Empty, or one of the words that statistics programs write for "no value". */
export function isMissingNumber(cell: string): boolean {
  return missing.has(cell.trim().toLowerCase())
}

/**
 * Decides over all cells of a column how its numbers are written. A column in which every comma could also group
 * thousands ("1,234") has decimal commas only with `semicolons`: programs separate columns by ";" where "," is decimal.
 */
export function createNumberForm({ semicolons }: { semicolons: boolean }): {
  add(cell: string): void
  decide(): NumberForm
} {
  const seen = { numbers: 0, percent: 0, points: 0, commas: 0, openPoints: 0, openCommas: 0 }
  return {
    add(cell) {
      const text = cell.trim()
      const bare = text.replace(percentSign, '').replace('\u2212', '-')
      const asPoint = read(bare, '.') !== null
      const asComma = read(bare, ',') !== null
      if (!asPoint && !asComma) return
      seen.numbers += 1
      if (bare !== text) seen.percent += percentSign.test(text) ? 1 : 0
      if (!asComma) seen.points += 1
      else if (!asPoint) seen.commas += 1
      else if (bare.includes(',')) seen.openCommas += 1
      else if (bare.includes('.')) seen.openPoints += 1
    },
    decide() {
      const undecided = seen.points === seen.commas
      const comma = undecided ? semicolons && seen.openCommas > seen.openPoints : seen.commas > seen.points
      return { decimal: comma ? ',' : '.', percent: seen.percent > seen.numbers / 2 }
    },
  }
}

/** Mean, deviation (over all, not over n - 1), minimum and maximum. */
export function describeNumbers(values: readonly number[]): {
  mean: number
  deviation: number
  minimum: number
  maximum: number
} {
  const count = Math.max(1, values.length)
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const minimum = values.reduce((least, value) => Math.min(least, value), Infinity)
  const maximum = values.reduce((most, value) => Math.max(most, value), -Infinity)
  return { mean, deviation: minimum === maximum ? 0 : Math.sqrt(squares / count), minimum, maximum }
}

function read(text: string, decimal: NumberForm['decimal']): number | null {
  if (!forms[decimal].test(text)) return null
  const grouped = text.replaceAll(decimal === '.' ? ',' : '.', '').replace(/[\s'\u2019]/g, '')
  const value = Number(grouped.replace(',', '.'))
  return Number.isFinite(value) ? value : null
}

/** Thousands in groups of three after a first that is no zero, all with the same mark between. */
function pattern(decimal: string, group: string): RegExp {
  const grouped = `[1-9]\\d{0,2}([${group}\u0020\u00a0\u202f'\u2019])\\d{3}(?:\\1\\d{3})*`
  return new RegExp(`^[+-]?(?:(?:\\d+|${grouped})(?:${decimal}\\d*)?|${decimal}\\d+)(?:e[+-]?\\d+)?$`, 'i')
}
