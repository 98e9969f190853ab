/** Numbers as people write them in tables: decimal point or decimal comma, thousands grouped or not. */

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const decimalComma = /^[+-]?(\d+,\d*|,\d+|\d{1,3}(\.\d{3})+,\d+)$/
const groupedByComma = /^[+-]?\d{1,3}(,\d{3})+\.\d+$/
const missing = new Set(['', 'nan', 'na', 'n/a', 'null', 'none', '-'])

/** Null where the cell is no number. "3,5" is 3.5 and so is "1,234" 1.234; "1.234,5" and "1,234.5" are 1234.5. */
export function parseNumber(cell: string): number | null {
  const text = cell.trim()
  if (plain.test(text)) return Number(text)
  if (decimalComma.test(text)) return Number(text.replaceAll('.', '').replace(',', '.'))
  return groupedByComma.test(text) ? Number(text.replaceAll(',', '')) : null
}

/** Empty, or one of the words that statistics programs write for "no value". */
export function isMissingNumber(cell: string): boolean {
  return missing.has(cell.trim().toLowerCase())
}
