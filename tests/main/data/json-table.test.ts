import { describe, expect, it } from 'vitest'
import { openTable } from '../../../src/main/data/read-table'
import { failureOf, temporaryTable } from '../../support/files'

async function read(content: string, name = 'data.json') {
  const table = await openTable(await temporaryTable(content, name))
  const rows = []
  for await (const batch of table.rows()) rows.push(...batch)
  return { ...table, rows, cells: rows.map(({ cells }) => cells) }
}

describe('a JSON file is a table', () => {
  it('as a list of objects, whatever its lines', async () => {
    const { columns, rows, delimiter } = await read(
      '\n[\n  {"text": "a, \\"b\\" [1", "label": 1},\n\n  {"label": true,\n "text": "c"}, {"text": "}"}\n]\n',
    )
    expect(columns).toEqual(['text', 'label'])
    expect(delimiter).toBe(',')
    expect(rows).toEqual([
      { number: 1, line: 3, cells: ['a, "b" [1', '1'] },
      { number: 2, line: 5, cells: ['c', 'true'] },
      { number: 3, line: 6, cells: ['}', ''] },
    ])
  })

  it('as one object a line, blank lines not counted', async () => {
    const { columns, rows } = await read('{"text":"a"}\r\n\n{"text":null,"label":"x\\ny"}', 'data.jsonl')
    expect(columns).toEqual(['text', 'label'])
    expect(rows).toEqual([
      { number: 1, line: 1, cells: ['a', ''] },
      { number: 2, line: 3, cells: ['', 'x\ny'] },
    ])
  })

  it('known by how it begins where its name says nothing, and read in any encoding', async () => {
    expect((await read('[{"text": "é"}]', 'data.txt')).cells).toEqual([['é']])
    expect((await read('\ufeff{"text": "é"}\n{"text": "b"}', 'data')).cells).toEqual([['é'], ['b']])
  })

  it('whose inner objects and lists have a place', async () => {
    const { columns, cells } = await read(
      '[{"meta": {"by": "ann", "at": {"year": 2}}, "tags": ["a", "b"], "one": [{"x": 1}], "two": [{"x": 1}, {"x": 2}], "none": []}]',
    )
    expect(columns).toEqual(['meta.by', 'meta.at.year', 'tags', 'one.x', 'two', 'none'])
    expect(cells).toEqual([['ann', '2', 'a|b', '1', '{"x":1}|{"x":2}', '']])
  })

  it('also where it is larger than what is read at once', async () => {
    const value = (row: number) => ({ id: row, text: `"\\${'é{[,'.repeat(row % 50)}\\`, more: [row, [row]] })
    const values = Array.from({ length: 30_000 }, (_, row) => value(row))
    const list = await read(JSON.stringify(values))
    const lines = await read(values.map((row) => JSON.stringify(row)).join('\n'), 'data.jsonl')
    expect(list.byteLength).toBeGreaterThan(4e6)
    expect(list.cells).toEqual(
      values.map(({ id, text, more }) => [
        String(id),
        text,
        more.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join('|'),
      ]),
    )
    expect(lines.cells).toEqual(list.cells)
  })
})

describe('a JSON file that is no data set', () => {
  it.each([
    [
      'a single object',
      '{"data": [{"text": "a"}]}',
      'is a single JSON object with data.text in it, not a list of rows',
    ],
    ['an object over several lines', '{\n  "text": "a"\n}', 'row 1 is no valid JSON'],
    ['a list of lists', '[\n  ["a", "b"]\n]', 'row 1 is a list, and an object was expected (line 2 of data.json)'],
    ['a list of texts', '["a"]', 'row 1 is a text, and an object was expected'],
    ['a text', '"a"', 'data.json begins with """'],
    ['a list that is not closed', '[{"a": 1},\n{"a": 2}', 'row 2 is where the file ends'],
    ['a comma too many', '[{"a": 1},\n{"a": 2},\n]', 'row 3 is no valid JSON'],
    ['a comma too few', '[{"a": 1}\n{"a": 2}]', 'row 1 is no valid JSON'],
    [
      'something after the list',
      '[{"a": 1}]\n{"a": 2}',
      'row 1 is the last of the list, and the file goes on after it (line 2',
    ],
    ['a key without a name', '[{"": 1}]', 'column 1 has no name'],
  ])('%s', async (_name, content, message) => {
    const failure = await failureOf(read(content))
    expect(failure.code).toBe('dataset-malformed')
    expect(failure.message).toContain(message)
    expect(failure.message).toContain('data.json')
  })

  it('names row, line and reason of a line that does not parse', async () => {
    const lines = Array.from({ length: 40_000 }, (_, row) =>
      row === 39_000 ? '{"text": "a" "b"}' : `{"text":"${row}"}`,
    )
    const failure = await failureOf(read(`\n${lines.join('\n')}`, 'data.jsonl'))
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 39_001, line: 39_002 } })
    expect(failure.message).toMatch(
      /^row 39001 is no valid JSON \(Expected .*\) \(line 39002 of data.jsonl\)\. Write a list/,
    )
  })

  it('says that there is nothing in it', async () => {
    expect((await failureOf(read('[]'))).code).toBe('file-empty')
    expect((await failureOf(read(' [ ] '))).code).toBe('file-empty')
  })

  it('names the message that is wrong', async () => {
    const chat = (message: string) => `[{"messages": [{"role": "user", "content": "Hi"}, ${message}]}]`
    const failure = async (message: string) => (await failureOf(read(chat(message)))).message
    expect(await failure('{"content": "x"}')).toContain('row 1 cannot be read: in "messages", message 2 has no role')
    expect(await failure('{"role": "boss"}')).toContain('message 2 has the role "boss"')
    expect(await failure('{"role": "user", "content": [{"type": "image_url"}]}')).toContain('a content that is no text')
  })
})
