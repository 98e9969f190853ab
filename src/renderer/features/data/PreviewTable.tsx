/** The first rows of a file; each column's role is chosen in its header. */
import { NativeSelect, Stack, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Preview, Task } from '../../../shared/dataset'
import { useFormat } from '../../lib/format'
import { type Role, type Roles, roleOf, rolesFor, withRole } from './roles'

interface PreviewTableProps {
  preview: Preview
  task: Task
  roles: Roles
  onRoles(roles: Roles): void
}

const rowsShown = 8

export function PreviewTable({ preview, task, roles, onRoles }: PreviewTableProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const nameOf = (role: Role) =>
    t(role === 'text' || role === 'label' ? `data.roles.${task}.${role}` : `data.roles.${role}`)
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table className="fino-table" aria-label={t('data.preview')}>
        <Table.Thead>
          <Table.Tr>
            {preview.columns.map((column) => {
              const role = roleOf(roles, column.name)
              return (
                <Table.Th
                  key={column.name}
                  style={{ verticalAlign: 'top', background: ground(role) }}
                  miw={role === 'text' ? 340 : column.kind === 'text' ? 220 : 130}
                >
                  <Stack gap={6}>
                    <Text size="sm" fw={650} c="var(--fino-ink)">
                      {column.name}
                    </Text>
                    <NativeSelect
                      size="xs"
                      aria-label={t('data.roleOf', { column: column.name })}
                      data={rolesFor(task).map((value) => ({ value, label: nameOf(value) }))}
                      value={role}
                      onChange={(event) => onRoles(withRole(roles, column.name, event.currentTarget.value as Role))}
                    />
                    <Text size="xs" c="dimmed" fw={400} style={{ whiteSpace: 'normal' }}>
                      {t(`data.kinds.${column.kind}`)} ·{' '}
                      {t('data.distinct', {
                        count: column.distinctValues,
                        formatted: format.number(column.distinctValues),
                      })}
                    </Text>
                    {(role === 'context' || role === 'group') && (
                      <Text size="xs" c="dimmed" fw={400} style={{ whiteSpace: 'normal' }}>
                        {t(`data.roleHints.${role}`)}
                      </Text>
                    )}
                  </Stack>
                </Table.Th>
              )
            })}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.rows.slice(0, rowsShown).map((row, rowIndex) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name and do not move
            <Table.Tr key={rowIndex}>
              {preview.columns.map((column, index) => {
                const role = roleOf(roles, column.name)
                const cell = row[index] ?? ''
                return (
                  <Table.Td
                    key={column.name}
                    style={{ background: ground(role), verticalAlign: 'top' }}
                    c={role === 'ignore' ? 'dimmed' : 'var(--fino-ink)'}
                    fw={role === 'label' && task !== 'instruction' ? 600 : 400}
                  >
                    {cell === '' ? (
                      <Text size="xs" c="dimmed" fs="italic">
                        {t('data.emptyCell')}
                      </Text>
                    ) : (
                      <span className="fino-clamp">{cell}</span>
                    )}
                  </Table.Td>
                )
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function ground(role: Role): string | undefined {
  return role === 'ignore' ? undefined : 'var(--fino-accent-soft)'
}
