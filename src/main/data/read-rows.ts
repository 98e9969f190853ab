/** Rows of a table as rows of a data set, or the reason why one is left out. */
import type { DatasetRow, FindingCode } from '../../shared/dataset'
import type { ColumnChoice } from './choose-columns'
import { splitLabels } from './label-lists'
import { isMissingNumber, type NumberForm, parseNumber } from './numbers'
import type { Table, TableRow } from './read-table'

/** Why a row is left out. */
export const leftOutCodes = ['empty-text', 'empty-label', 'empty-prompt', 'empty-response', 'not-a-number'] as const
export type LeftOut = Extract<FindingCode, (typeof leftOutCodes)[number]>

/**
 * Classification: the target names its classes, each once, with the separator between. Regression: the number as text,
 * or the cell where `form` is not known yet. Instruction: prompt with its context, and response.
 */
export function createRowReader(
  table: Table,
  choice: ColumnChoice,
  form?: NumberForm,
): (row: TableRow) => Omit<DatasetRow, 'split'> | LeftOut {
  const indexOf = (column: string | null) => (column === null ? -1 : table.columns.indexOf(column))
  const textIndex = indexOf(choice.textColumn)
  const targetIndex = indexOf(choice.targetColumn)
  const contextIndex = indexOf(choice.contextColumn)
  const { task, labelSeparator } = choice

  return ({ number: id, cells }) => {
    const text = cells[textIndex] ?? ''
    const target = (cells[targetIndex] ?? '').trim()
    if (task === 'instruction') {
      const prompt = text.trim()
      const context = (cells[contextIndex] ?? '').trim()
      if (prompt === '') return 'empty-prompt'
      return target === ''
        ? 'empty-response'
        : { id, text: context === '' ? prompt : `${prompt}\n\n${context}`, target }
    }
    if (text.trim() === '') return 'empty-text'
    if (task === 'regression') {
      if (isMissingNumber(target)) return 'empty-label'
      if (form === undefined) return { id, text, target }
      const value = parseNumber(target, form)
      return value === null ? 'not-a-number' : { id, text, target: String(value) }
    }
    const labels = splitLabels(target, labelSeparator)
    return target === '' || labels.length === 0
      ? 'empty-label'
      : { id, text, target: labels.join(labelSeparator ?? '') }
  }
}
