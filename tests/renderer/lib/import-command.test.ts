import { describe, expect, it } from 'vitest'
import { importCommand } from '../../../src/renderer/lib/import-command'

describe('importCommand', () => {
  it('says everything that was chosen', () => {
    const chosen = { textColumn: 'a text', targetColumn: 'topics', task: 'classification', groupColumn: 'who' } as const
    expect(importCommand('my data.csv', { ...chosen, labelSeparator: ';' })).toBe(
      "fino import 'my data.csv' --text 'a text' --target topics --task classification --group-column who --label-separator ';'",
    )
  })

  it('leaves out what is none', () => {
    const chosen = { textColumn: 'text', targetColumn: 'label', task: 'classification', labelSeparator: '' } as const
    expect(importCommand('a.csv', chosen)).toBe('fino import a.csv --text text --target label --task classification')
  })
})
