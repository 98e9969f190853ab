/** The analyst's own words: a table of terms with their categories and weights. */
import Papa from 'papaparse'
import { Failure } from '../../shared/failure'
import { wordsOf } from './words'

export interface WordListTerm {
  /** Lower-cased words with single spaces; with `*` at its end it stands for every word that begins so. */
  readonly term: string
  readonly category: string
  readonly weight: number
}

const delimiters = [',', ';', '\t']
const header = /^(term|word|palavra|termo)s?$/i

/**
 * Reads lines of term, category and weight, with comma, semicolon or tab between; without a weight it is 1. A first line
 * of names is optional. Fails with `dataset-malformed`, naming the row and what to do.
 */
export function parseWordList(text: string, fileName: string): WordListTerm[] {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { delimiter: delimiterOf(text) })
  const unclosed = errors.find(({ type }) => type === 'Quotes')
  if (unclosed)
    throw malformed(fileName, (unclosed.row ?? 0) + 1, 'a quotation mark is not closed. Close or remove it.')
  const seen = new Map<string, { row: number; weight: number }>()
  const terms: WordListTerm[] = []
  for (const [index, cells] of data.entries()) {
    const row = index + 1
    const [written = '', category = '', weightText = ''] = cells.map((cell) => cell.trim())
    if (cells.every((cell) => cell.trim() === '')) continue
    if (terms.length === 0 && header.test(written)) continue
    const found = readRow({ written, category, weightText, cells: cells.length }, row, fileName)
    const key = `${found.term}\t${found.category}`
    const before = seen.get(key)
    if (before && before.weight !== found.weight) {
      throw malformed(
        fileName,
        row,
        `"${written}" stands in row ${before.row} with another weight. Keep one of the two.`,
      )
    }
    if (!before) terms.push(found)
    seen.set(key, before ?? { row, weight: found.weight })
  }
  if (terms.length > 0) return terms
  throw new Failure('dataset-malformed', `${fileName} holds no words. Give each a line: term, category, weight.`, {
    fileName,
  })
}

function readRow(
  cells: { written: string; category: string; weightText: string; cells: number },
  row: number,
  fileName: string,
): WordListTerm {
  const { written, category, weightText } = cells
  const wildcard = written.endsWith('*')
  const words = wordsOf(wildcard ? written.slice(0, -1) : written)
  if (words.length === 0) {
    throw malformed(fileName, row, `"${written}" has no letters or digits. Write a word, or a beginning such as happ*.`)
  }
  if (written.slice(0, -1).includes('*')) {
    throw malformed(fileName, row, `"${written}" has a * before its end. Only the end of a term may be left open.`)
  }
  if (category === '') throw malformed(fileName, row, `"${written}" has no category. Write one in the second column.`)
  if (cells.cells > 3) {
    throw malformed(fileName, row, `it has ${cells.cells} fields. Keep three: term, category, weight.`)
  }
  const weight = weightText === '' ? 1 : Number(weightText.replace(',', '.'))
  if (!Number.isFinite(weight)) {
    throw malformed(fileName, row, `the weight "${weightText}" is no number. Write one such as 1 or -0.5.`)
  }
  return { term: words.join(' ') + (wildcard ? '*' : ''), category, weight }
}

/** The one that most of the first lines have most of. */
function delimiterOf(text: string): string {
  const start = text.slice(0, 10_000)
  const count = (delimiter: string) => start.split(delimiter).length
  return delimiters.toSorted((left, right) => count(right) - count(left))[0] ?? ','
}

function malformed(fileName: string, row: number, fault: string): Failure {
  return new Failure('dataset-malformed', `Row ${row} of ${fileName}: ${fault}`, { fileName, row })
}
