import { describe, expect, it } from 'vitest'
import { messages } from '../../../src/renderer/app/language/pt-messages'
import { chooseSentence, fillIn, variablesOf } from '../../../src/renderer/lib/failure-text'
import { createFormat } from '../../../src/renderer/lib/format'
import { findingCodes } from '../../../src/shared/dataset'
import { failureCodes } from '../../../src/shared/failure'

const format = createFormat('pt')

describe('chooseSentence', () => {
  const sentences = ['Row {{row}} of {{path, file}}', 'Somewhere in {{path, file}}', 'Somewhere']

  it('takes the first whose variables are all known', () => {
    expect(chooseSentence(sentences, { row: 3, path: '/a/b.csv' })).toBe(sentences[0])
    expect(chooseSentence(sentences, { path: '/a/b.csv' })).toBe(sentences[1])
    expect(chooseSentence(sentences, { row: null })).toBe(sentences[2])
  })

  it('finds none where all need more', () => {
    expect(chooseSentence(['{{row}}'], {})).toBeUndefined()
  })
})

describe('fillIn', () => {
  it('writes each kind of variable', () => {
    const text = fillIn('{{n, number}} {{share, percent}} {{path, file}} {{path}}', values, format)
    expect(text).toBe('1.234 12,5% dados.csv C:\\meus\\dados.csv')
  })
  const values = { n: 1234, share: 0.125, path: 'C:\\meus\\dados.csv' }
})

describe('Portuguese messages', () => {
  it.each(failureCodes)('end in a sentence for every %s', (code) => {
    const last = messages.failures[code].at(-1) ?? '{{none}}'
    expect(variablesOf(last)).toEqual([])
  })

  it.each(findingCodes)('say the warning %s', (code) => {
    expect(messages.findings[code].warn?.length).toBeGreaterThan(0)
  })
})
