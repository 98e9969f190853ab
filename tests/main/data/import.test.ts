import { describe, expect, it } from 'vitest'
import { chooseColumns } from '../../../src/main/data/choose-columns'
import { planImport } from '../../../src/main/data/import'
import { scanColumns } from '../../../src/main/data/infer-columns'
import { openTable } from '../../../src/main/data/read-table'
import type { DatasetRow, ImportOptions } from '../../../src/shared/dataset'
import { failureOf, temporaryTable } from '../../support/files'

async function plan(content: string, options: ImportOptions = {}, fileName?: string) {
  const table = await openTable(await temporaryTable(content, fileName))
  const scanned = await scanColumns(table)
  const choice = chooseColumns(table, scanned.columns, options)
  const planned = await planImport(table, scanned, choice, options.splitSeed ?? 0)
  const rows: DatasetRow[] = []
  for await (const batch of planned.readRows()) rows.push(...batch)
  return { ...planned, rowCount: planned.rows, rows }
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
    expect(failure.message).toContain('(32 without label were left out)')
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

describe('several classes in a cell', () => {
  const topics = ['billing', 'delivery; billing', 'returns', 'praise ;; delivery;praise', 'returns;billing;']
  const content = labelled(200, (row) => topics[row % 5] ?? '')

  it('is found, and every row names its classes once', async () => {
    const { task, labelSeparator, labels, rows, splits } = await plan(content)
    expect({ task, labelSeparator }).toEqual({ task: 'classification', labelSeparator: ';' })
    expect(labels).toEqual([
      { label: 'billing', rows: 120 },
      { label: 'delivery', rows: 80 },
      { label: 'praise', rows: 40 },
      { label: 'returns', rows: 80 },
    ])
    expect(rows.slice(0, 5).map(({ target }) => target)).toEqual([
      'billing',
      'delivery;billing',
      'returns',
      'praise;delivery',
      'returns;billing',
    ])
    expect(splits).toEqual({ train: 140, validation: 30, test: 30 })
    for (const label of ['billing', 'praise']) {
      const own = rows.filter(({ target }) => target.split(';').includes(label))
      const tested = own.filter(({ split }) => split === 'test').length
      expect(Math.abs(tested - 0.15 * own.length)).toBeLessThanOrEqual(2)
    }
  })

  it('is not looked for where the person says so, or names another separator', async () => {
    const single = await plan(content, { labelSeparator: '' })
    expect(single.labelSeparator).toBeNull()
    expect(single.labels.map(({ label }) => label)).toContain('delivery; billing')
    const { labels, rows } = await plan(
      labelled(60, (row) => ['a / b', 'b', 'a'][row % 3] ?? ''),
      { labelSeparator: ' / ' },
    )
    expect(labels.map(({ label }) => label)).toEqual(['a', 'b'])
    expect(rows[0]?.target).toBe('a / b')
  })

  it('tells rare classes and leaves out rows that name none', async () => {
    const { warnings } = await plan(
      labelled(200, (row) => (row === 7 ? ' ; ' : row < 2 ? 'rare;a' : row % 3 ? 'a;b' : 'a')),
      { labelSeparator: ';' },
    )
    expect(warnings.map(({ code, examples }) => [code, examples])).toEqual([
      ['empty-label', [8]],
      ['label-balance', []],
      ['small-class', [1, 2]],
    ])
  })
})

describe('regression', () => {
  const scores = (score: (row: number) => string | number) => labelled(200, score).replace('label', 'score')

  it('reads decimal points and commas, leaves out what is missing, and spreads values over the splits', async () => {
    const value = (row: number) => (row === 3 ? 'NaN' : row % 2 ? `${row},5` : `${row}.25`)
    const { task, labels, rows, warnings, splits } = await plan(scores(value))
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

  it('knows mean, deviation and range of the training split alone', async () => {
    const { numbers, rows } = await plan(scores((row) => row ** 2 / 10))
    const values = rows.filter(({ split }) => split === 'train').map(({ target }) => Number(target))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(numbers?.mean).toBeCloseTo(mean, 9)
    expect(numbers?.deviation).toBeCloseTo(Math.sqrt(variance), 9)
    expect(numbers).toMatchObject({ minimum: Math.min(...values), maximum: Math.max(...values) })
    expect((await plan(labelled(60, ab))).numbers).toBeNull()
  })

  it('decides over the whole column whether a comma groups thousands', async () => {
    const grouped = await plan(scores((row) => (row % 2 ? `1,${200 + row}` : 500 + row)))
    expect(grouped.rows.slice(0, 2).map(({ target }) => target)).toEqual(['500', '1201'])
    const decimal = await plan(scores((row) => (row % 2 ? `1,${200 + row}` : '0,5')))
    expect(decimal.rows.slice(0, 2).map(({ target }) => target)).toEqual(['0.5', '1.201'])
    const percent = await plan(scores((row) => `${row / 4} %`))
    expect(percent.rows.slice(0, 3).map(({ target }) => target)).toEqual(['0', '0.25', '0.5'])
  })

  it('leaves out cells that are no number and names them', async () => {
    const { rows, warnings } = await plan(
      scores((row) => (row === 16 ? 'high' : row === 20 ? '12/07' : row / 7)),
      { task: 'regression' },
    )
    expect(rows).toHaveLength(198)
    expect(rows.map(({ id }) => id)).not.toContain(17)
    expect(warnings).toEqual([expect.objectContaining({ code: 'not-a-number', rows: 2, examples: [17, 21] })])
    expect(warnings[0]?.message).toBe(
      '2 rows have something that is no number in column "score" and were left out: rows 17, 21.',
    )
  })

  it('tells values far off and values that hardly differ', async () => {
    const far = await plan(scores((row) => (row === 30 ? 9000 : row / 7)))
    expect(far.warnings).toEqual([
      expect.objectContaining({ code: 'outliers', rows: 1, examples: [31], values: { beyond: 4 } }),
    ])
    const same = await plan(
      scores((row) => (row % 20 === 0 ? row / 7 : 2.5)),
      { task: 'regression' },
    )
    expect(same.warnings).toContainEqual(
      expect.objectContaining({ code: 'constant-target', rows: 190, values: { value: 2.5 } }),
    )
  })

  it('refuses a column of texts and names one of numbers', async () => {
    const lines = Array.from({ length: 40 }, (_, row) => `message number ${row},${ab(row)},${row / 3}`)
    const failure = await failureOfImport(`text,label,urgency\n${lines.join('\n')}\n`, {
      task: 'regression',
      targetColumn: 'label',
    })
    expect(failure).toMatchObject({ code: 'column-unsuitable', details: { column: 'label', row: 1 } })
    expect(failure.message).toContain('holds texts, not numbers (row 1 is the first of 40)')
    expect(failure.message).toContain('Column "urgency" looks better.')
  })

  it('refuses a value that never changes, and too few values', async () => {
    const constant = await failureOfImport(
      labelled(30, () => 2.5),
      { task: 'regression' },
    )
    expect(constant.code).toBe('target-constant')
    const few = await failureOfImport(
      scores((row) => (row < 7 ? row / 3 : row < 12 ? 'none given' : '')),
      { task: 'regression' },
    )
    expect(few.code).toBe('dataset-too-small')
    expect(few.message).toContain('has 7 labelled rows (188 without label and 5 with something that is no number were')
  })
})

describe('instructions', () => {
  const csv = (rows: (row: number) => string[], header = 'instruction,input,output') =>
    `${header}\n${Array.from({ length: 40 }, (_, row) =>
      rows(row)
        .map((cell) => `"${cell}"`)
        .join(','),
    ).join('\n')}\n`
  const alpaca = csv((row) => [
    ` Explain number ${row} `,
    row % 2 ? `As to ${row} children` : '',
    `It is ${row}, of course`,
  ])

  it('takes prompt and response, the context after an empty line', async () => {
    const { task, rows, labels, numbers, contextColumn } = await plan(alpaca)
    expect({ task, labels, numbers, contextColumn }).toEqual({
      task: 'instruction',
      labels: [],
      numbers: null,
      contextColumn: 'input',
    })
    expect(rows[0]).toMatchObject({ text: 'Explain number 0', target: 'It is 0, of course' })
    expect(rows[1]?.text).toBe('Explain number 1\n\nAs to 1 children')
    expect((await plan(alpaca, { contextColumn: '' })).rows[1]?.text).toBe('Explain number 1')
    const said = await plan(alpaca, { textColumn: 'instruction', targetColumn: 'output' })
    expect([said.task, said.contextColumn]).toEqual(['instruction', null])
  })

  it('leaves out rows without prompt or response and names them', async () => {
    const { warnings, rows } = await plan(
      csv((row) => [row === 3 ? ' ' : `Explain number ${row}`, 'x', row > 37 ? '' : `It is ${row}, of course`]),
    )
    expect(rows).toHaveLength(37)
    expect(warnings.map(({ code, examples }) => [code, examples])).toEqual([
      ['empty-prompt', [4]],
      ['empty-response', [39, 40]],
      ['few-rows', []],
    ])
  })

  it('refuses responses that are numbers', async () => {
    const content = csv((row) => [`What is ${row} plus one`, String(row + 1)], 'prompt,response')
    const failure = await failureOfImport(content, { task: 'instruction', targetColumn: 'response' })
    expect(failure).toMatchObject({ code: 'column-unsuitable', details: { column: 'response' } })
    expect(failure.message).toContain('import the file as a regression')
  })

  it('refuses a context that is the prompt or the response', async () => {
    const failure = await failureOfImport(alpaca, { contextColumn: 'output', task: 'instruction' })
    expect(failure.code).toBe('column-unsuitable')
    expect(failure.message).toContain('context and text or target at once')
  })

  it('reads the last answer of a chat and what led to it', async () => {
    const chats = Array.from({ length: 30 }, (_, row) =>
      JSON.stringify({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: `What is ${row}?` },
          ...(row === 4 ? [] : [{ role: 'assistant', content: `A number, ${row}.` }]),
        ],
      }),
    )
    const { task, textColumn, targetColumn, rows, warnings } = await plan(chats.join('\n'), {}, 'chats.jsonl')
    expect({ task, textColumn, targetColumn }).toEqual({
      task: 'instruction',
      textColumn: 'messages.prompt',
      targetColumn: 'messages.response',
    })
    expect(rows[0]).toMatchObject({ id: 1, text: 'Be brief.\n\nWhat is 0?', target: 'A number, 0.' })
    expect(warnings[0]).toMatchObject({ code: 'empty-response', examples: [5] })
  })
})

describe('groups', () => {
  const content = `text,label,author\n${Array.from(
    { length: 300 },
    (_, row) => `message number ${row},${ab(row)},${row % 50 === 0 ? '' : `author ${(row * 7) % 23}`}`,
  ).join('\n')}\n`

  it('stay in one split when they are asked to', async () => {
    const { rows, splits, groupColumn, warnings } = await plan(content, { groupColumn: 'author' })
    const splitsOf = new Map<number, Set<string>>()
    for (const { id, split } of rows) {
      if ((id - 1) % 50 === 0) continue
      const author = ((id - 1) * 7) % 23
      splitsOf.set(author, (splitsOf.get(author) ?? new Set()).add(split))
    }
    expect(groupColumn).toBe('author')
    expect(splitsOf.size).toBe(23)
    expect([...splitsOf.values()].every((found) => found.size === 1)).toBe(true)
    expect(Math.abs(splits.test - 45)).toBeLessThan(14)
    expect(Math.abs(splits.validation - 45)).toBeLessThan(14)
    expect(warnings).toEqual([])
  })

  it('are pointed out where they are in several splits', async () => {
    const { warnings } = await plan(content)
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'group-across-splits', rows: 294, values: { groups: 23, column: 'author' } }),
    ])
  })

  it('must be three, and cannot be the target', async () => {
    const two = await failureOfImport(
      content.replace(/author \d+/g, (name) => (name > 'author 2' ? 'x' : 'y')).replaceAll(',\n', ',x\n'),
      {
        groupColumn: 'author',
        targetColumn: 'label',
      },
    )
    expect(two).toMatchObject({ code: 'dataset-too-small', details: { column: 'author', groups: 2 } })
    expect((await failureOfImport(content, { groupColumn: 'label' })).code).toBe('column-unsuitable')
    expect((await failureOfImport(content, { groupColumn: 'writer' })).details).toMatchObject({ wanted: 'group' })
  })

  it('are told where they leave a class out of a split, and refused where they leave it alone', async () => {
    const rows = (label: (row: number) => string) =>
      `text,label,author\n${Array.from({ length: 200 }, (_, row) => `message number ${row},${label(row)},author ${row % 20}`).join('\n')}\n`
    const rare = await plan(
      rows((row) => (row % 20 === 4 ? 'rare' : ab(row >> 1))),
      { groupColumn: 'author' },
    )
    const found = rare.warnings.find(({ code }) => code === 'small-class')
    expect(found).toMatchObject({ rows: 10, values: { labels: 'rare' } })
    expect(found?.message).toContain('Class "rare" is not in every split, because too few groups have them')
    const alone = await failureOfImport(
      rows((row) => (row % 20 < 2 ? 'b' : 'a')),
      { groupColumn: 'author' },
    )
    expect(alone.code).toBe('dataset-too-small')
    expect(alone.message).toContain('have the same "label"')
  })

  it('count equal texts that they take to different splits', async () => {
    const copies = content.replace(/message number \d+/g, (text) => (text.endsWith('7') ? 'the same again' : text))
    const { warnings } = await plan(copies, { groupColumn: 'author' })
    const found = warnings.find(({ code }) => code === 'duplicate-text')
    expect(found?.values.acrossSplits).toBeGreaterThan(0)
    expect(found?.message).toContain('in another split than that row, because their groups are')
  })
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
