/** What a dictionary decides by: its words with their weights, to search and to read by category. */
import { Button, Group, Select, SimpleGrid, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Dictionary, type DictionaryTerm, lengthFeature } from '../../../shared/dictionary'
import type { Run } from '../../../shared/run'
import { BarList } from '../../components/BarList'
import { Card } from '../../components/Card'
import { EquivalentCommand } from '../../components/EquivalentCommand'
import { FailureNotice } from '../../components/FailureNotice'
import { useFormat } from '../../lib/format'
import { useQuery } from '../../lib/query'

const termsAtFirst = 15
/** As many times more with each press. */
const growth = 3
const categoriesShown = 12

export function DictionaryCard({ run }: { run: Run }) {
  const { t } = useTranslation()
  const dictionary = useQuery('runs:dictionary', { id: run.id })
  const hint = run.problem.kind === 'regression' ? t('result.dictionaryHintRegression') : t('result.dictionaryHint')
  return (
    <Card title={t('result.dictionary')} hint={hint}>
      <FailureNotice failure={dictionary.failure} retry={dictionary.reload} />
      {dictionary.value === undefined && dictionary.failure === undefined && <Skeleton height={320} />}
      {dictionary.value !== undefined && <Words dictionary={dictionary.value} />}
      <EquivalentCommand command={`fino words ${run.id}`} />
    </Card>
  )
}

function Words({ dictionary }: { dictionary: Dictionary }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [search, setSearch] = useState('')
  const [category, setCategory] = useState<string | null>(null)
  const [most, setMost] = useState(termsAtFirst)
  const categories = useMemo(() => [...new Set(dictionary.terms.map((term) => term.category))].sort(), [dictionary])
  const found = useMemo(() => {
    const wanted = search.trim().toLowerCase()
    return dictionary.terms
      .filter((term) => (category === null || term.category === category) && term.term.toLowerCase().includes(wanted))
      .toSorted((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
  }, [dictionary, search, category])
  const heaviest = Math.max(1e-12, ...dictionary.terms.map(({ weight }) => Math.abs(weight)))
  const shown = found.slice(0, most)
  return (
    <Stack gap="lg">
      <Group gap="md">
        <TextInput
          aria-label={t('result.search')}
          placeholder={t('result.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          w={260}
        />
        {categories.length > 1 && (
          <Select
            aria-label={t('result.category')}
            placeholder={t('result.allCategories')}
            data={categories}
            value={category}
            onChange={setCategory}
            clearable
            searchable
            w={240}
          />
        )}
        <Text size="sm" c="dimmed" aria-live="polite">
          {t('result.termsShown', { shown: format.number(shown.length), total: format.number(found.length) })}
        </Text>
      </Group>
      {found.length === 0 ? (
        <Text c="dimmed">{t('result.noTerms')}</Text>
      ) : (
        <TermTable terms={shown} heaviest={heaviest} />
      )}
      {found.length > most && (
        <Button variant="default" size="xs" style={{ alignSelf: 'center' }} onClick={() => setMost(most * growth)}>
          {t('result.moreTerms')}
        </Button>
      )}
      {dictionary.importances.length > 0 && <Importances importances={dictionary.importances} />}
    </Stack>
  )
}

/** Bars begin in the middle where some words speak against, else at the left. */
function TermTable({ terms, heaviest }: { terms: readonly DictionaryTerm[]; heaviest: number }) {
  const { t } = useTranslation()
  const both = terms.some(({ weight }) => weight < 0)
  const format = useFormat()
  return (
    <Table className="fino-table" aria-label={t('result.dictionary')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('result.term')}</Table.Th>
          <Table.Th>{t('result.category')}</Table.Th>
          <Table.Th w="40%">{t('result.weight')}</Table.Th>
          <Table.Th className="fino-number">{t('result.inTexts')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {terms.map((term) => (
          <Table.Tr key={`${term.category} ${term.term}`}>
            <Table.Td fw={600}>{term.term}</Table.Td>
            <Table.Td c="dimmed">{term.category}</Table.Td>
            <Table.Td>
              <Group gap="sm" wrap="nowrap">
                <span className="fino-signed">{format.signed(term.weight)}</span>
                <div className="fino-weight" data-both={both} data-against={term.weight < 0} aria-hidden>
                  <span style={{ width: `${(Math.abs(term.weight) / heaviest) * (both ? 50 : 100)}%` }} />
                </div>
              </Group>
            </Table.Td>
            <Table.Td className="fino-number">{format.number(term.texts)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Importances({ importances }: Pick<Dictionary, 'importances'>) {
  const { t } = useTranslation()
  const format = useFormat()
  const sorted = importances.toSorted((one, other) => Math.abs(other.importance) - Math.abs(one.importance))
  const most = Math.max(1e-12, Math.abs(sorted[0]?.importance ?? 1))
  const all = sorted.slice(0, categoriesShown).map(({ category, importance }) => ({
    name: category === lengthFeature ? t('result.textLength') : category,
    share: Math.abs(importance) / most,
    text: format.measure(importance),
  }))
  const half = Math.ceil(all.length / 2)
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{t('result.importances')}</Text>
        <Text size="sm" c="dimmed">
          {t('result.importancesHint')}
        </Text>
      </div>
      <SimpleGrid cols={2} spacing="xl">
        <BarList label={t('result.importances')} bars={all.slice(0, half)} />
        {all.length > 1 && <BarList label={t('result.importances')} bars={all.slice(half)} />}
      </SimpleGrid>
    </Stack>
  )
}
