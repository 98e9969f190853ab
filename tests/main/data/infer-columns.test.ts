import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanColumns } from '../../../src/main/data/infer-columns'
import { openTable } from '../../../src/main/data/read-table'
import { suggestColumns } from '../../../src/main/data/suggest-columns'
import { findResources } from '../../../src/main/files/resources'
import type { Task } from '../../../src/shared/dataset'
import { temporaryTable } from '../../support/files'

async function infer(file: string) {
  const { columns, rowCount, firstRows } = await scanColumns(await openTable(file))
  const kinds = Object.fromEntries(columns.map(({ name, kind }) => [name, kind]))
  return { columns, kinds, rowCount, firstRows, suggested: suggestColumns(columns) }
}

const sentences = [
  'The parcel came late again',
  'Muito obrigado pela ajuda',
  'My card was charged twice',
  'Tudo certo por aqui',
]

/** `columns` name to the cell of each row. */
async function table(columns: Record<string, (row: number) => string | number>, rows = 40): Promise<string> {
  const lines = Array.from({ length: rows }, (_, row) =>
    Object.values(columns)
      .map((cell) => `"${cell(row)}"`)
      .join(','),
  )
  return temporaryTable([Object.keys(columns).join(','), ...lines].join('\n'))
}

const text = (row: number) => `${sentences[row % 4]}, number ${row}`

describe('scanColumns', () => {
  it('tells kinds, distinct and empty values and lengths', async () => {
    const { columns, kinds, rowCount, firstRows } = await infer(
      await table({
        key: (row) => row + 1,
        uuid: (row) => `3f2a-${row}`,
        message: text,
        topic: (row) => ['billing', 'delivery'][row % 2] ?? '',
        stars: (row) => (row % 5) + 1,
        price: (row) => (row / 7).toFixed(2).replace('.', ','),
        share: (row) => (row % 4 === 0 ? 'nan' : row / 40),
        nothing: () => ' ',
      }),
    )
    expect(kinds).toEqual({
      key: 'identifier',
      uuid: 'identifier',
      message: 'text',
      topic: 'category',
      stars: 'category',
      price: 'number',
      share: 'number',
      nothing: 'empty',
    })
    expect(rowCount).toBe(40)
    expect(firstRows[0]?.[3]).toBe('billing')
    const named = (name: string) => columns.find((column) => column.name === name)
    expect(named('topic')).toMatchObject({ distinctValues: 2, emptyValues: 0, meanCharacters: 7.5 })
    expect(named('share')).toMatchObject({ emptyValues: 10 })
    expect(named('nothing')).toMatchObject({ distinctValues: 0, emptyValues: 40 })
  })

  it('does not take measured numbers for identifiers', async () => {
    const { kinds } = await infer(await table({ text, income: (row) => 1000 + ((row * 7919) % 10_007) }))
    expect(kinds.income).toBe('number')
  })
})

describe('suggestColumns', () => {
  const classes = (textColumn: string, targetColumn: string) => ({
    textColumn,
    targetColumn,
    task: 'classification',
    contextColumn: null,
    labelSeparator: null,
  })

  it.each([
    [
      'English',
      { id: (row: number) => row, review: text, sentiment: (row: number) => ['pos', 'neg'][row % 2] ?? '' },
      'review',
      'sentiment',
    ],
    [
      'Portuguese',
      { código: (row: number) => row, mensagem: text, rótulo: (row: number) => ['a', 'b'][row % 2] ?? '' },
      'mensagem',
      'rótulo',
    ],
    ['names that say nothing', { c1: text, c2: (row: number) => ['yes', 'no'][row % 2] ?? '' }, 'c1', 'c2'],
    [
      'a language column',
      { language: (row: number) => ['en', 'pt'][row % 2] ?? '', text, kind: (row: number) => 'abc'[row % 3] ?? '' },
      'text',
      'kind',
    ],
    [
      'two texts',
      { text, reply: (row: number) => `Thank you, ${text(row)}`, topic: (row: number) => 'ab'[row % 2] ?? '' },
      'text',
      'topic',
    ],
    [
      'readable labels beside their numbers',
      { text, label: (row: number) => row % 2, label_text: (row: number) => ['ham', 'spam'][row % 2] ?? '' },
      'text',
      'label_text',
    ],
  ])('%s', async (_name, columns, textColumn, targetColumn) => {
    const { suggested } = await infer(await table(columns))
    expect(suggested).toEqual(classes(textColumn, targetColumn))
  })

  it('suggests regression for numbers and instruction for answers', async () => {
    expect((await infer(await table({ text, score: (row) => row / 3 }))).suggested.task).toBe('regression')
    const instruction = await table({ instruction: text, output: (row) => `Answer: ${text(row)}` })
    expect((await infer(instruction)).suggested).toMatchObject({
      textColumn: 'instruction',
      targetColumn: 'output',
      task: 'instruction',
    })
  })

  const label = (row: number) => ['a', 'b'][row % 2] ?? ''
  const answer = (row: number) => `Answer: ${text(row)}`

  it.each([
    ['Alpaca', { instruction: text, input: text, output: answer }, 'instruction', 'output', 'input'],
    ['Alpaca with marks', { instruction: text, output: answer, is_question: label }, 'instruction', 'output', null],
    [
      'Dolly',
      { instruction: text, context: text, response: answer, category: label },
      'instruction',
      'response',
      'context',
    ],
    ['prompt and completion', { prompt: text, completion: answer }, 'prompt', 'completion', null],
    ['question, context, answer', { context: text, question: text, answer }, 'question', 'answer', 'context'],
    ['Portuguese', { instrução: text, entrada: text, saída: answer }, 'instrução', 'saída', 'entrada'],
    ['pergunta e resposta', { pergunta: text, resposta: answer, tema_id: label }, 'pergunta', 'resposta', null],
  ])('knows prompts and responses: %s', async (_name, columns, textColumn, targetColumn, contextColumn) => {
    const { suggested } = await infer(await table(columns))
    expect(suggested).toEqual({ textColumn, targetColumn, task: 'instruction', contextColumn, labelSeparator: null })
  })

  it('does not take a labelled question for an instruction', async () => {
    const { suggested } = await infer(await table({ question: text, answer, label }))
    expect(suggested).toEqual(classes('question', 'label'))
  })

  it('follows the task that was chosen', async () => {
    const scanned = await scanColumns(await openTable(findResources().exampleFile))
    const targetFor = (task: Task) => suggestColumns(scanned.columns, { task }).targetColumn
    expect(targetFor('classification')).toBe('topic')
    expect(targetFor('regression')).toBe('urgency')
    expect(targetFor('instruction')).toBe('reply')
  })

  it('finds what separates the classes of a cell, and takes no name with a comma for two', async () => {
    const several = (row: number) => ['red;green', 'blue', 'green', 'red; blue;green'][row % 4] ?? ''
    const found = await infer(await table({ text, colors: several }))
    expect(found.kinds.colors).toBe('category')
    expect(found.suggested).toMatchObject({ targetColumn: 'colors', labelSeparator: ';' })
    const names = (row: number) => ['Arts, Music', 'Sports, Games', 'Travel', 'Home, Garden'][row % 4] ?? ''
    expect((await infer(await table({ text, section: names }))).suggested).toEqual(classes('text', 'section'))
  })

  it('finds texts that are single repeated words by their name', async () => {
    const { suggested } = await infer(
      await table({ text: (row) => ['good', 'bad'][row % 2] ?? '', label: (row) => row % 2 }),
    )
    expect(suggested).toEqual(classes('text', 'label'))
  })

  it('has nothing to suggest where no column can be a text', async () => {
    const { suggested } = await infer(await table({ a: (row) => row / 3, b: (row) => row / 7 }))
    expect(suggested).toMatchObject({ textColumn: null, targetColumn: null, task: null })
  })

  it('reads the example that ships with Fino', async () => {
    const { kinds, suggested } = await infer(findResources().exampleFile)
    expect(suggested).toEqual(classes('text', 'topic'))
    expect(kinds).toMatchObject({ id: 'identifier', language: 'category', urgency: 'number', reply: 'text' })
  })
})

describe('published data sets', () => {
  const folder = process.env.FINO_DATA ?? resolve(import.meta.dirname, '../../../../shared/data')

  it.for([
    ['sms_spam/data.csv', 'text', 'label_text', 'classification', 5574],
    ['mr_rotten_tomatoes/data.csv', 'text', 'label_text', 'classification', 10_662],
    ['told_br/data.csv', 'text', 'toxic', 'classification', 21_000],
    ['imdb_polarity_docs2000/data.csv', 'text', 'label', 'classification', 2000],
    ['csta_manifesto_scaling/goldset.504.csv', 'sentence_text', 'policy_area_gold', 'classification', 497],
    ['csta_manifesto_scaling/economic_position.csv', 'sentence_text', 'crowd_mean', 'regression', 13_304],
    ['rasbt_instruction_1100/data.jsonl', 'instruction', 'output', 'instruction', 1100],
    ['selfinstruct_seed_tasks/alpaca_format.jsonl', 'instruction', 'output', 'instruction', 175],
    ['selfinstruct_seed_tasks/seed_tasks.jsonl', 'instruction', 'instances.output', 'instruction', 175],
  ] as const)('%s', async ([name, textColumn, targetColumn, task, rows], context) => {
    const file = join(folder, name)
    if (!existsSync(file)) return context.skip(`${name} is not on this machine`)
    const { suggested, rowCount } = await infer(file)
    expect(suggested).toMatchObject({ textColumn, targetColumn, task, labelSeparator: null })
    expect(rowCount).toBe(rows)
  })
})
