/** What the model is to do and which column is what: as inferred, until the person says otherwise. */
import { type ImportOptions, type Preview, type Task, taskSchema } from '../../../shared/dataset'
import type { Draft } from '../../lib/routes'

export interface Roles {
  text: string | null
  target: string | null
  /** Instruction only. */
  context: string | null
  group: string | null
}
export type Role = 'text' | 'label' | 'context' | 'group' | 'ignore'

/** Roles a column can have for a task, in the order of the menu. */
export function rolesFor(task: Task): Role[] {
  return task === 'instruction' ? ['text', 'label', 'context', 'group', 'ignore'] : ['text', 'label', 'group', 'ignore']
}

export function taskOf(preview: Preview, draft: Pick<Draft, 'task'>): Task {
  return taskSchema.safeParse(draft.task).data ?? preview.suggested.task ?? 'classification'
}

/** A column that the draft names but the file lacks (another file, another delimiter) counts as not chosen. */
export function rolesOf(preview: Preview, draft: Pick<Draft, 'task' | 'text' | 'target' | 'context' | 'group'>): Roles {
  const known = (chosen: string | undefined, suggested: string | null) => {
    if (chosen === undefined) return suggested
    return preview.columns.some((column) => column.name === chosen) ? chosen : null
  }
  const { suggested } = preview
  const text = known(draft.text, suggested.textColumn)
  const target = known(draft.target, suggested.targetColumn)
  const context = taskOf(preview, draft) === 'instruction' ? known(draft.context, suggested.contextColumn) : null
  return {
    text,
    target,
    context: context === text || context === target ? null : context,
    group: known(draft.group, null),
  }
}

export function roleOf(roles: Roles, column: string): Role {
  if (roles.text === column) return 'text'
  if (roles.target === column) return 'label'
  if (roles.context === column) return 'context'
  return roles.group === column ? 'group' : 'ignore'
}

/** Gives a column a role; the column that had it before is ignored from then on. */
export function withRole(roles: Roles, column: string, role: Role): Roles {
  const free = (chosen: string | null) => (chosen === column ? null : chosen)
  const freed: Roles = {
    text: free(roles.text),
    target: free(roles.target),
    context: free(roles.context),
    group: free(roles.group),
  }
  switch (role) {
    case 'text':
      return { ...freed, text: column }
    case 'label':
      return { ...freed, target: column }
    case 'context':
      return { ...freed, context: column }
    case 'group':
      return { ...freed, group: column }
    case 'ignore':
      return freed
    default:
      return role satisfies never
  }
}

/** What stands between the labels of one cell; '' = each cell is one label. */
export function separatorOf(preview: Preview, draft: Pick<Draft, 'separator'>): string {
  return draft.separator === undefined
    ? (preview.suggested.labelSeparator ?? '')
    : draft.separator === 'none'
      ? ''
      : draft.separator
}

/** Roles as the address keeps them. */
export function draftRoles({ text, target, context, group }: Roles): Partial<Draft> {
  return { text: text ?? 'none', target: target ?? 'none', context: context ?? 'none', group: group ?? 'none' }
}

/** Null while a column that must be chosen is not. */
export function importOptions(task: Task, roles: Roles, separator: string): ImportOptions | null {
  if (roles.text === null || roles.target === null) return null
  return {
    task,
    textColumn: roles.text,
    targetColumn: roles.target,
    ...(roles.context === null ? {} : { contextColumn: roles.context }),
    ...(roles.group === null ? {} : { groupColumn: roles.group }),
    ...(task === 'classification' ? { labelSeparator: separator } : {}),
  }
}
