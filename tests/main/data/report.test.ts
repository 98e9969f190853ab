import { describe, expect, it } from 'vitest'
import { reportOn } from '../../../src/main/data/report'
import type { Dataset, DatasetRow, SplitName } from '../../../src/shared/dataset'

const splitOf = (index: number): SplitName => (index % 20 < 14 ? 'train' : index % 20 < 16 ? 'validation' : 'test')

function rowsOf(count: number, change: (index: number) => Partial<DatasetRow> = () => ({})): DatasetRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    text: `message number ${index}`,
    target: 'ab'[index % 2] ?? '',
    split: splitOf(index),
    ...change(index),
  }))
}

async function report(rows: DatasetRow[], tokens?: { maximumLength: number; tokens: number[] }) {
  const counts = new Map<string, number>()
  for (const { target } of rows) counts.set(target, (counts.get(target) ?? 0) + 1)
  const dataset = {
    id: 'd',
    task: 'classification',
    labelSeparator: null,
    labels: [...counts].map(([label, count]) => ({ label, rows: count })),
    splits: { train: 1, validation: 2, test: 3 },
    warnings: [
      { code: 'empty-text', level: 'warn', message: 'left out', rows: 1, examples: [3], values: {} },
      { code: 'few-rows', level: 'warn', message: 'as it was at import', rows: 1, examples: [], values: {} },
    ],
  } as unknown as Dataset
  async function* batches() {
    yield rows.slice(0, 50)
    yield rows.slice(50)
  }
  return reportOn(dataset, batches(), tokens === undefined ? null : { modelId: 'starter', ...tokens })
}

it('passes healthy data, with every check named', async () => {
  const { findings, splitLabels, characters, tokens, duplicates } = await report(rowsOf(200))
  expect(findings.map(({ code, level }) => `${code} ${level}`)).toEqual([
    'empty-text warn',
    'few-rows pass',
    'duplicate-text pass',
    'short-text pass',
    'long-text pass',
    'label-balance pass',
    'small-class pass',
    'conflicting-labels pass',
  ])
  expect(splitLabels).toEqual([
    { label: 'a', train: 70, validation: 10, test: 20 },
    { label: 'b', train: 70, validation: 10, test: 20 },
  ])
  expect(characters).toEqual({ minimum: 16, median: 18, maximum: 18 })
  expect(tokens).toBeNull()
  expect(duplicates).toEqual({ rows: 0, acrossSplits: 0 })
})

describe('finds', () => {
  const warned = async (rows: DatasetRow[]) =>
    Object.fromEntries(
      (await report(rows)).findings.filter(({ level }) => level === 'warn').map((one) => [one.code, one]),
    )

  it('equal texts, also across splits', async () => {
    const rows = rowsOf(200, (index) => (index >= 197 ? { text: 'MESSAGE number  0' } : {}))
    expect((await warned(rows))['duplicate-text']).toMatchObject({ rows: 3, examples: [198, 199, 200] })
    expect((await report(rows)).duplicates).toEqual({ rows: 3, acrossSplits: 3 })
  })

  it('texts with two labels', async () => {
    const rows = rowsOf(200, (index) => (index === 199 ? { text: 'message number 0' } : {}))
    const found = (await warned(rows))['conflicting-labels']
    expect(found).toMatchObject({ rows: 2, examples: [1, 200], values: { texts: 1 } })
    expect(found?.message).toBe('1 text has more than one label: rows 1, 200. Decide for one.')
  })

  it('short and long texts', async () => {
    const rows = rowsOf(200, (index) =>
      index === 5 ? { text: 'ok' } : index === 6 ? { text: 'x'.repeat(100_000) } : {},
    )
    const found = await warned(rows)
    expect(found['short-text']).toMatchObject({ rows: 1, examples: [6] })
    expect(found['long-text']).toMatchObject({ rows: 1, examples: [7], values: { longest: 100_000 } })
  })

  it('imbalance, small classes and few rows', async () => {
    const found = await warned(rowsOf(99, (index) => ({ target: index < 2 ? 'b' : 'a' })))
    expect(found['label-balance']?.message).toContain('"a" is 98% of the rows, "b" has 2')
    expect(found['small-class']).toMatchObject({ values: { labels: 'b', minimum: 3 }, examples: [1, 2] })
    expect(found['few-rows']).toMatchObject({ values: { rows: 99, advised: 100 } })
  })

  it('texts that lose their end', async () => {
    const tokens = Array.from({ length: 200 }, (_, index) => (index < 150 ? 20 : 300))
    const { findings } = await report(rowsOf(200), { maximumLength: 512, tokens })
    expect(findings.at(-1)).toMatchObject({
      code: 'truncation',
      level: 'warn',
      values: { maxLength: 256, share: 0.25 },
    })
  })
})

it('tells token lengths: exact shares, a histogram that holds every row', async () => {
  const lengths = Array.from({ length: 1000 }, (_, index) => index + 1)
  const { tokens, findings } = await report(rowsOf(1000), { maximumLength: 128, tokens: lengths })
  expect(tokens).toMatchObject({ modelId: 'starter', median: 501, p95: 951, maximum: 1000 })
  expect(tokens?.truncation).toEqual([
    { maxLength: 32, share: 0.968 },
    { maxLength: 64, share: 0.936 },
    { maxLength: 128, share: 0.872 },
  ])
  expect(tokens?.histogram.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000)
  expect(tokens?.histogram.length).toBeLessThanOrEqual(20)
  expect(tokens?.histogram.at(-1)?.to).toBe(1001)
  expect(findings.at(-1)?.values).toEqual({ maxLength: 128, share: 0.872 })
})

it('shows a few rows of every class, long ones cut', async () => {
  const { sample } = await report(rowsOf(100, (index) => (index === 0 ? { text: 'y'.repeat(2000) } : {})))
  expect(sample.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6])
  expect(sample[0]?.text).toHaveLength(501)
})
