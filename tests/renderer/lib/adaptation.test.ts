import { describe, expect, it } from 'vitest'
import { adaptCommand, finetuneRoute, hasLines, requestOf, textColumnOf } from '../../../src/renderer/lib/adaptation'
import type { Preview } from '../../../src/shared/dataset'
import type { FileReference } from '../../../src/shared/file-reference'
import type { Run } from '../../../src/shared/run'

const table: FileReference = { kind: 'upload', uploadId: 'u1', fileName: 'my texts.csv' }
const lines: FileReference = { kind: 'path', path: '/home/ana/corpus.TXT' }
const chosen = { modelId: 'starter', datasetId: 'd1', textColumn: null }

describe('requestOf', () => {
  it('takes the texts of the data set unless a file is asked for', () => {
    expect(requestOf({ name: 'Mine', changes: { epochs: 3 } }, chosen)).toEqual({
      modelId: 'starter',
      source: { kind: 'dataset', datasetId: 'd1' },
      epochs: 3,
    })
  })

  it('asks for nothing while file or column are not chosen', () => {
    expect(requestOf({ source: 'file' }, chosen)).toBeNull()
    expect(requestOf({ source: 'file', file: table }, chosen)).toBeNull()
  })

  it('keeps a file apart from what the data set is evaluated on', () => {
    expect(requestOf({ source: 'file', file: table }, { ...chosen, textColumn: 'body' })).toEqual({
      modelId: 'starter',
      source: { kind: 'file', file: table, textColumn: 'body' },
      exceptDatasetIds: ['d1'],
    })
  })

  it('reads the lines of a text file, which has no columns', () => {
    expect(hasLines(lines)).toBe(true)
    expect(hasLines(table)).toBe(false)
    expect(requestOf({ source: 'file', file: lines }, { ...chosen, textColumn: 'body' })?.source).toEqual({
      kind: 'file',
      file: lines,
    })
  })
})

describe('textColumnOf', () => {
  const column = (name: string) => ({
    name,
    kind: 'text' as const,
    distinctValues: 9,
    emptyValues: 0,
    meanCharacters: 40,
  })
  const preview = {
    columns: [column('id'), column('title'), column('body')],
    suggested: { textColumn: 'body', targetColumn: null, task: null, contextColumn: null, labelSeparator: null },
  } as unknown as Preview

  it('prefers what was chosen, then the name that the data set has, then the suggestion', () => {
    expect(textColumnOf(preview, { text: 'id' }, { textColumn: 'title' })).toBe('id')
    expect(textColumnOf(preview, { text: 'gone' }, { textColumn: 'title' })).toBe('title')
    expect(textColumnOf(preview, {}, { textColumn: 'message' })).toBe('body')
  })
})

describe('adaptCommand', () => {
  it('says the same as the panel', () => {
    const source = { kind: 'file' as const, file: table, textColumn: 'the body' }
    expect(adaptCommand({ modelId: 'm', source, exceptDatasetIds: ['d1'], name: 'Mine', epochs: 3, seed: 0 })).toBe(
      "fino adapt 'my texts.csv' --model m --text 'the body' --except d1 --name Mine --epochs 3 --seed 0",
    )
    expect(adaptCommand({ modelId: 'starter', source: { kind: 'dataset', datasetId: 'd1' } })).toBe(
      'fino adapt d1 --model starter',
    )
  })
})

describe('finetuneRoute', () => {
  const run = {
    recipe: { datasetId: '' },
    adaptation: { exceptDatasets: [{ id: 'gone' }, { id: 'd2' }] },
  } as unknown as Run

  it('leads to Strategy on a data set that is still there, else to Data', () => {
    expect(finetuneRoute(run, 'm2', [{ id: 'd1' }, { id: 'd2' }])).toEqual({
      screen: 'new',
      step: 'strategy',
      draft: { dataset: 'd2', model: 'm2' },
    })
    expect(finetuneRoute(run, 'm2', [{ id: 'd1' }])).toEqual({ screen: 'new', step: 'data', draft: { model: 'm2' } })
  })
})
