import { describe, expect, it } from 'vitest'
import { messages } from '../../../src/renderer/app/language/pt-messages'
import { chooseSentence, fillIn, variablesOf, withFileName } from '../../../src/renderer/lib/failure-text'
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

describe('withFileName', () => {
  const uploadId = '991b78a9-6249-4164-bdf4-7ec169b84f8f'
  const file = { kind: 'upload', uploadId, fileName: 'messages.csv' } as const
  const failure = (path: string) => ({ code: 'dataset-malformed', message: '', details: { path, row: 2 } }) as const

  it('names an upload as it came', () => {
    expect(withFileName(failure(`/home/uploads/${uploadId}`), file)?.details).toEqual({ path: 'messages.csv', row: 2 })
  })

  it('leaves other paths and other files alone', () => {
    expect(withFileName(failure('/home/fino.db'), file)?.details.path).toBe('/home/fino.db')
    expect(withFileName(failure('/a/b.csv'), { kind: 'path', path: '/a/b.csv' })?.details.path).toBe('/a/b.csv')
    expect(withFileName(undefined, file)).toBeUndefined()
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
