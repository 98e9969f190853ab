/** `fino import ...` for a file read with these options. */
import type { ImportOptions } from '../../shared/dataset'
import { quoted } from './recipe-changes'

export function importCommand(path: string, options: ImportOptions): string {
  const words = ['fino import', quoted(path)]
  const flag = (name: string, value: string | undefined | null) => {
    if (value !== undefined && value !== null && value !== '') words.push(name, quoted(value))
  }
  flag('--text', options.textColumn)
  flag('--target', options.targetColumn)
  // Sorting into labels is what is understood without a word.
  flag('--task', options.task === 'classification' ? null : options.task)
  flag('--context-column', options.contextColumn)
  flag('--group-column', options.groupColumn)
  flag('--label-separator', options.labelSeparator)
  return words.join(' ')
}
