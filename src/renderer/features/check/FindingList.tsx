/** What was found in the data, worst first, each with what to do about it. */
import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../../shared/dataset'
import { useFindingText } from '../../lib/failure-text'
import { useFormat } from '../../lib/format'

const colours = { pass: 'moss', warn: 'amber', fail: 'brick' } as const
const order = { fail: 0, warn: 1, pass: 2 } as const
const examplesShown = 5

/** The English sentence names the rows itself. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const textOf = useFindingText()
  const sorted = findings.toSorted((left, right) => order[left.level] - order[right.level])
  return (
    <Stack gap="sm" component="ul" className="fino-quiet-list" aria-label={t('check.findings')}>
      {sorted.map((finding) => (
        <li key={`${finding.code} ${finding.message}`}>
          <Group gap="sm" align="flex-start" wrap="nowrap">
            <Badge color={colours[finding.level]} w={58} style={{ flex: 'none' }} mt={1}>
              {t(`check.levels.${finding.level}`)}
            </Badge>
            <div>
              <Text size="sm">{textOf(finding)}</Text>
              {finding.level !== 'pass' && (
                <Text size="xs" c="dimmed">
                  {t(`findings.action.${finding.code}`)}
                  {finding.examples.length > 0 &&
                    textOf(finding) !== finding.message &&
                    ` ${t('check.examples', { rows: format.list(finding.examples.slice(0, examplesShown).map(String)) })}.`}
                </Text>
              )}
            </div>
          </Group>
        </li>
      ))}
    </Stack>
  )
}
