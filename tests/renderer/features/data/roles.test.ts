import { describe, expect, it } from 'vitest'
import { roleOf, rolesOf, withRole } from '../../../../src/renderer/features/data/roles'
import type { Preview } from '../../../../src/shared/dataset'

const column = (name: string) => ({ name, kind: 'text' as const, distinctValues: 1, emptyValues: 0, meanCharacters: 1 })
const preview: Preview = {
  fileName: 'a.csv',
  byteLength: 1,
  encoding: 'utf-8',
  delimiter: ',',
  columns: ['id', 'text', 'topic'].map(column),
  rows: [],
  rowCount: 0,
  suggested: { textColumn: 'text', targetColumn: 'topic', task: 'classification' },
}

describe('rolesOf', () => {
  it('follows the suggestion until the person chooses', () => {
    expect(rolesOf(preview, {})).toEqual({ text: 'text', target: 'topic' })
    expect(rolesOf(preview, { text: 'id' })).toEqual({ text: 'id', target: 'topic' })
  })

  it('forgets a column that this file lacks', () => {
    expect(rolesOf(preview, { target: 'elsewhere' })).toEqual({ text: 'text', target: null })
  })
})

describe('withRole', () => {
  const roles = { text: 'text', target: 'topic' }

  it('takes the role from the column that had it', () => {
    const next = withRole(roles, 'id', 'text')
    expect(next).toEqual({ text: 'id', target: 'topic' })
    expect(roleOf(next, 'text')).toBe('ignore')
  })

  it('gives a column one role at a time', () => {
    expect(withRole(roles, 'text', 'label')).toEqual({ text: null, target: 'text' })
    expect(withRole(roles, 'topic', 'ignore')).toEqual({ text: 'text', target: null })
  })
})
