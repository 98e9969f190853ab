import { describe, expect, it } from 'vitest'
import { planImport } from '../../../src/main/data/import'
import { scanColumns } from '../../../src/main/data/infer-columns'
import { openTable } from '../../../src/main/data/read-table'
import type { DatasetRow, ImportOptions } from '../../../src/shared/dataset'
import { failureOf, temporaryTable } from '../../support/files'

async function plan(content: string, options: ImportOptions = {}) {
  const table = await openTable(await temporaryTable(content))
  const { columns } = await scanColumns(table)
  const planned = await planImport(table, columns, options)
  const rows: DatasetRow[] = []
  for await (const batch of planned.rows()) rows.push(...batch)
  return { ...planned, rows }
}

const failureOfImport = (content: string, options?: ImportOptions) => failureOf(plan(content, options))

/** `rows` lines of text and label under a header. */
function labelled(
  rows: number,
  label: (row: number) => string | number,
  text = (row: number) => `a message, number ${row}`,
) {
  const lines = Array.from({ length: rows }, (_, row) => `"${text(row)}","${label(row)}"`)
  return `text,label\n${lines.join('\n')}\n`
}

const ab = (row: number) => 'ab'[row % 2] ?? ''

describe('classification', () => {
  it('keeps rows under their numbers, trims labels, and orders classes by their characters', async () => {
    const { task, labels, rows, rowCount, splits, warnings } = await plan(
      labelled(120, (row) => [' zebra', 'Apple ', 'mango'][row % 3] ?? ''),
    )
    expect(task).toBe('classification')
    expect(labels).toEqual([
      { label: 'Apple', rows: 40 },
      { label: 'mango', rows: 40 },
      { label: 'zebra', rows: 40 },
    ])
    expect(rowCount).toBe(120)
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
    expect(rows[1]).toMatchObject({ id: 2, text: 'a message, number 1', target: 'Apple' })
    expect(splits).toEqual({ train: 84, validation: 18, test: 18 })
    expect(rows.filter(({ split }) => split === 'test')).toHaveLength(18)
    expect(warnings).toEqual([])
  })

  it('orders numbered classes by number', async () => {
    const { labels } = await plan(
      labelled(60, (row) => [10, 9, 2][row % 3] ?? 0),
      { task: 'classification' },
    )
    expect(labels.map(({ label }) => label)).toEqual(['2', '9', '10'])
  })

  it('splits by seed, the same each time', async () => {
    const content = labelled(100, ab)
    const splitsOf = async (splitSeed: number) => (await plan(content, { splitSeed })).rows.map(({ split }) => split)
    expect(await splitsOf(1)).toEqual(await splitsOf(1))
    expect(await splitsOf(1)).not.toEqual(await splitsOf(2))
  })

  it('leaves out rows without text or label and names them', async () => {
    const { rows, rowCount, warnings } = await plan(
      labelled(
        110,
        (row) => (row === 4 || row === 5 ? '  ' : ab(row)),
        (row) => (row === 7 ? '' : row === 9 ? '  ' : `text ${row}`),
      ),
    )
    expect(rowCount).toBe(106)
    expect(rows.map(({ id }) => id)).not.toContain(8)
    expect(rows.map(({ id }) => id)).toContain(9)
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'empty-text', level: 'warn', rows: 2, examples: [8, 10] }),
      expect.objectContaining({ code: 'empty-label', level: 'warn', rows: 2, examples: [5, 6] }),
    ])
    expect(warnings[0]?.message).toBe('2 rows have no text in column "text" and were left out: rows 8, 10.')
  })

  it('takes texts of a million characters with a warning', async () => {
    const { rows, warnings } = await plan(
      labelled(100, ab, (row) => (row === 3 ? 'word '.repeat(200_000) : `text ${row}`)),
    )
    expect(rows[3]?.text).toHaveLength(1_000_000)
    expect(warnings).toEqual([expect.objectContaining({ code: 'long-text', rows: 1, examples: [4] })])
    expect(warnings[0]?.message).toContain('1,000,000')
  })

  it('keeps equal texts in one split, whatever their case and white space', async () => {
    const { rows, warnings } = await plan(
      labelled(200, ab, (row) => (row % 2 === 0 ? `Message  ${row % 40} ` : `message ${(row % 40) - 1}`)),
    )
    const splits = new Map<string, Set<string>>()
    for (const { text, split } of rows) {
      const key = text.trim().toLowerCase().replace(/\s+/g, ' ')
      splits.set(key, (splits.get(key) ?? new Set()).add(split))
    }
    expect(splits.size).toBe(20)
    expect([...splits.values()].every((found) => found.size === 1)).toBe(true)
    const codes = warnings.map(({ code, rows: concerned }) => [code, concerned])
    expect(codes).toEqual([
      ['duplicate-text', 180],
      ['conflicting-labels', 200],
    ])
  })

  it('warns of few rows, small classes and imbalance', async () => {
    const { warnings, labels } = await plan(labelled(60, (row) => (row < 2 ? 'rare' : row < 12 ? 'b' : 'a')))
    expect(labels.map(({ label }) => label)).toEqual(['a', 'b', 'rare'])
    expect(warnings.map(({ code }) => code)).toEqual(['few-rows', 'label-balance', 'small-class'])
    expect(warnings[2]?.message).toContain('Class "rare" has fewer than 3 different texts')
    expect(warnings[2]?.examples).toEqual([1, 2])
  })
})

describe('targets that cannot be classes', () => {
  it('one class', async () => {
    const lines = Array.from({ length: 20 }, (_, row) => `message number ${row},spam,${ab(row)}`)
    const failure = await failureOfImport(`text,label,topic\n${lines.join('\n')}\n`, { targetColumn: 'label' })
    expect(failure).toMatchObject({ code: 'target-constant', details: { column: 'label', rows: 20, classes: 1 } })
    expect(failure.message).toContain('the same value "spam" in all 20 rows')
    expect(failure.message).toContain('Column "topic" looks better.')
  })

  it('one class, found without being asked for', async () => {
    const failure = await failureOfImport(labelled(20, () => 'spam'))
    expect(failure.code).toBe('target-constant')
    expect(failure.message).toContain('No other column of this file looks better.')
  })

  it.each([
    ['words', (row: number) => `w${String.fromCharCode(97 + row)}x`],
    ['numbers', (row: number) => row],
    ['sentences', (row: number) => `this is what row ${row} is about`],
  ])('as many classes as rows: %s', async (_name, label) => {
    const failure = await failureOfImport(labelled(20, label))
    expect(failure).toMatchObject({ code: 'target-unique', details: { column: 'label', rows: 20, classes: 20 } })
    expect(failure.message).toContain('20 different values in 20 rows')
  })

  it('nearly as many classes as rows, with the column that looks better', async () => {
    const lines = Array.from({ length: 100 }, (_, row) => `message number ${row},user-${row % 60},${ab(row)}`)
    const failure = await failureOfImport(`text,customer,topic\n${lines.join('\n')}\n`, { targetColumn: 'customer' })
    expect(failure).toMatchObject({ code: 'target-unique', details: { classes: 60 } })
    expect(failure.message).toContain('Column "topic" looks better.')
  })
})

describe('too little data', () => {
  it('fewer rows than ten', async () => {
    const failure = await failureOfImport(labelled(9, ab))
    expect(failure).toMatchObject({ code: 'dataset-too-small', details: { rows: 9 } })
    expect(failure.message).toContain('at least 10')
    expect(failure.message).toContain('Label more rows')
  })

  it('rows without label do not count', async () => {
    const failure = await failureOfImport(labelled(40, (row) => (row < 8 ? ab(row) : '')))
    expect(failure.code).toBe('dataset-too-small')
    expect(failure.message).toContain('0 without text and 32 without label were left out')
  })

  it('a header without rows', async () => {
    const failure = await failureOfImport('text,label\n', { textColumn: 'text', targetColumn: 'label' })
    expect(failure.code).toBe('file-empty')
    expect(failure.message).toContain('has a header (text, label) and no rows')
  })

  it('two classes of which one has one text', async () => {
    const failure = await failureOfImport(labelled(30, (row) => (row === 0 ? 'a' : 'b')))
    expect(failure.code).toBe('dataset-too-small')
    expect(failure.message).toContain('Only 1 of the 2 classes in column "label"')
  })
})

describe('columns', () => {
  const content = labelled(40, ab)

  it('that are not there are named beside those that are', async () => {
    const failure = await failureOfImport(content, { textColumn: 'Text' })
    expect(failure).toMatchObject({ code: 'column-missing', details: { column: 'Text', wanted: 'text' } })
    expect(failure.message).toContain('it has "text", "label". Did you mean "text"?')
    expect((await failureOfImport(content, { targetColumn: 'topic' })).details).toMatchObject({ wanted: 'target' })
  })

  it('cannot be text and target at once', async () => {
    const failure = await failureOfImport(content, { textColumn: 'text', targetColumn: 'text' })
    expect(failure.code).toBe('column-unsuitable')
  })

  it('of numbers are no texts', async () => {
    const lines = Array.from({ length: 30 }, (_, row) => `${row / 7},message number ${row},${ab(row)}`)
    const failure = await failureOfImport(`price,text,label\n${lines.join('\n')}\n`, { textColumn: 'price' })
    expect(failure.code).toBe('column-unsuitable')
    expect(failure.message).toContain('holds numbers, not texts. Column "text" looks better.')
  })

  it('that are empty are no targets', async () => {
    const lines = Array.from({ length: 30 }, (_, row) => `message number ${row},,${ab(row)}`)
    const failure = await failureOfImport(`text,label,topic\n${lines.join('\n')}\n`, { targetColumn: 'label' })
    expect(failure.code).toBe('column-unsuitable')
    expect(failure.message).toContain('is empty in every row. Column "topic" looks better.')
  })

  it('are asked for where none can be a text, or only one is there', async () => {
    const numbers = Array.from({ length: 30 }, (_, row) => `${row / 7},${row / 3}`).join('\n')
    expect(await failureOfImport(`a,b\n${numbers}\n`)).toMatchObject({
      code: 'column-missing',
      details: { wanted: 'text' },
    })
    const single = Array.from({ length: 30 }, (_, row) => `message number ${row}`).join('\n')
    const failure = await failureOfImport(`text\n${single}\n`)
    expect(failure).toMatchObject({ code: 'column-missing', details: { wanted: 'target' } })
    expect(failure.message).toContain('--target')
  })
})

describe('regression', () => {
  it('reads decimal points and commas, leaves out what is missing, and spreads values over the splits', async () => {
    const value = (row: number) => (row === 3 ? 'NaN' : row % 2 ? `${row},5` : `${row}.25`)
    const { task, labels, rows, warnings, splits } = await plan(labelled(200, value).replace('label', 'score'))
    expect(task).toBe('regression')
    expect(labels).toEqual([])
    expect(rows[0]).toMatchObject({ target: '0.25' })
    expect(rows[1]).toMatchObject({ target: '1.5' })
    expect(warnings).toEqual([expect.objectContaining({ code: 'empty-label', examples: [4] })])
    expect(splits.train + splits.validation + splits.test).toBe(199)
    for (const name of ['train', 'validation', 'test']) {
      const values = rows.filter(({ split }) => split === name).map(({ target }) => Number(target))
      expect(Math.min(...values)).toBeLessThan(30)
      expect(Math.max(...values)).toBeGreaterThan(170)
    }
  })

  it('names the row of a cell that is no number', async () => {
    const content = labelled(200, (row) => (row === 16 ? 'high' : row / 7))
    const failure = await failureOfImport(content, { task: 'regression' })
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 17, line: 18, column: 'label' } })
    expect(failure.message).toMatch(/^row 17: "high" in column "label" is no number \(line 18 of /)
  })

  it('refuses a value that never changes', async () => {
    expect(
      (
        await failureOfImport(
          labelled(30, () => 2.5),
          { task: 'regression' },
        )
      ).code,
    ).toBe('target-constant')
  })
})

it('imports instructions with their answers', async () => {
  const lines = Array.from({ length: 40 }, (_, row) => `"Explain number ${row}","It is ${row}, of course"`)
  const { task, rows, labels } = await plan(`instruction,output\n${lines.join('\n')}\n`)
  expect(task).toBe('instruction')
  expect(labels).toEqual([])
  expect(rows[0]).toMatchObject({ text: 'Explain number 0', target: 'It is 0, of course' })
})

it('lets other work in while it imports a hundred thousand rows', async () => {
  const content = labelled(
    100_000,
    (row) => row % 7,
    (row) => `message ${row} ""quoted"" ${'word '.repeat(row % 20)}`,
  )
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 1)
  const { rowCount } = await plan(content, { task: 'classification' })
  clearInterval(timer)
  expect(rowCount).toBe(100_000)
  expect(turns).toBeGreaterThan(10)
})
