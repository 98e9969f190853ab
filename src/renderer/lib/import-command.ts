/** `fino import ...` for a file read with these options. */
import type { ImportOptions } from '../../shared/dataset'
import { quoted } from './recipe-changes'

export function importCommand(path: string, options: ImportOptions): string {
  const words = ['fino import', quoted(path)]
  const flag = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') words.push(name, quoted(value))
  }
  flag('--text', options.textColumn)
  flag('--target', options.targetColumn)
  flag('--task', options.task)
  flag('--context-column', options.contextColumn)
  flag('--group-column', options.groupColumn)
  flag('--label-separator', options.labelSeparator)
  return words.join(' ')
}
