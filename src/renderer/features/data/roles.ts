/** Which column is the text and which the label: as inferred, until the person says otherwise. */
import type { Preview } from '../../../shared/dataset'
import type { Draft } from '../../lib/routes'

export interface Roles {
  text: string | null
  target: string | null
}
export type Role = 'text' | 'label' | 'ignore'

/** A column that the draft names but the file lacks (another file, another delimiter) counts as not chosen. */
export function rolesOf(preview: Preview, draft: Pick<Draft, 'text' | 'target'>): Roles {
  const known = (chosen: string | undefined, suggested: string | null) => {
    if (chosen === undefined) return suggested
    return preview.columns.some((column) => column.name === chosen) ? chosen : null
  }
  return {
    text: known(draft.text, preview.suggested.textColumn),
    target: known(draft.target, preview.suggested.targetColumn),
  }
}

export function roleOf(roles: Roles, column: string): Role {
  if (roles.text === column) return 'text'
  return roles.target === column ? 'label' : 'ignore'
}

/** Gives a column a role; the column that had it before is ignored from then on. */
export function withRole(roles: Roles, column: string, role: Role): Roles {
  const freed: Roles = {
    text: roles.text === column ? null : roles.text,
    target: roles.target === column ? null : roles.target,
  }
  if (role === 'text') return { ...freed, text: column }
  return role === 'label' ? { ...freed, target: column } : freed
}
