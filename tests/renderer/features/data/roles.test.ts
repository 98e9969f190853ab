import { describe, expect, it } from 'vitest'
import {
  importOptions,
  roleOf,
  rolesFor,
  rolesOf,
  separatorOf,
  taskOf,
  withRole,
} from '../../../../src/renderer/features/data/roles'
import type { Preview } from '../../../../src/shared/dataset'

const column = (name: string) => ({ name, kind: 'text' as const, distinctValues: 1, emptyValues: 0, meanCharacters: 1 })
const preview: Preview = {
  fileName: 'a.csv',
  byteLength: 1,
  encoding: 'utf-8',
  delimiter: ',',
  columns: ['id', 'text', 'topic', 'notes'].map(column),
  rows: [],
  rowCount: 0,
  suggested: {
    textColumn: 'text',
    targetColumn: 'topic',
    task: 'classification',
    contextColumn: 'notes',
    labelSeparator: ';',
  },
}
const roles = { text: 'text', target: 'topic', context: null, group: null }

describe('taskOf', () => {
  it('follows the suggestion until the person chooses', () => {
    expect(taskOf(preview, {})).toBe('classification')
    expect(taskOf(preview, { task: 'regression' })).toBe('regression')
    expect(taskOf(preview, { task: 'magic' })).toBe('classification')
  })
})

describe('rolesOf', () => {
  it('follows the suggestion until the person chooses', () => {
    expect(rolesOf(preview, {})).toEqual(roles)
    expect(rolesOf(preview, { text: 'id', group: 'notes' })).toEqual({ ...roles, text: 'id', group: 'notes' })
  })

  it('forgets a column that this file lacks', () => {
    expect(rolesOf(preview, { target: 'elsewhere' }).target).toBeNull()
  })

  it('has a context for instructions alone, and never in a column that is something else', () => {
    expect(rolesOf(preview, { task: 'instruction' }).context).toBe('notes')
    expect(rolesOf(preview, { task: 'instruction', context: 'none' }).context).toBeNull()
    expect(rolesOf(preview, { task: 'instruction', target: 'notes' }).context).toBeNull()
    expect(rolesFor('regression')).not.toContain('context')
  })
})

describe('withRole', () => {
  it('takes the role from the column that had it', () => {
    const next = withRole(roles, 'id', 'text')
    expect(next).toEqual({ ...roles, text: 'id' })
    expect(roleOf(next, 'text')).toBe('ignore')
  })

  it('gives a column one role at a time', () => {
    expect(withRole(roles, 'text', 'label')).toEqual({ ...roles, text: null, target: 'text' })
    expect(withRole(roles, 'topic', 'group')).toEqual({ ...roles, target: null, group: 'topic' })
    expect(withRole(roles, 'topic', 'ignore')).toEqual({ ...roles, target: null })
  })
})

describe('importOptions', () => {
  it('names what was chosen', () => {
    expect(importOptions('instruction', { ...roles, context: 'notes' }, '')).toEqual({
      task: 'instruction',
      textColumn: 'text',
      targetColumn: 'topic',
      contextColumn: 'notes',
    })
    expect(importOptions('classification', { ...roles, group: 'id' }, ';')).toEqual({
      task: 'classification',
      textColumn: 'text',
      targetColumn: 'topic',
      groupColumn: 'id',
      labelSeparator: ';',
    })
  })

  it('waits for what must be chosen', () => {
    expect(importOptions('regression', { ...roles, target: null }, '')).toBeNull()
  })
})

describe('separatorOf', () => {
  it('is as suggested, as chosen, or none', () => {
    expect(separatorOf(preview, {})).toBe(';')
    expect(separatorOf(preview, { separator: '|' })).toBe('|')
    expect(separatorOf(preview, { separator: 'none' })).toBe('')
  })
})
