import { chmod, mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/main/data/limits'
import { openTable, type TableRow } from '../../../src/main/data/read-table'
import { Failure } from '../../../src/shared/failure'
import { asOrdinaryPerson, failureOf, temporaryFolder, temporaryTable } from '../../support/files'

// Five million rows would take the test ten seconds.
vi.mock('../../../src/main/data/limits', async (original) => ({
  limits: { ...(await original<typeof import('../../../src/main/data/limits')>()).limits, rows: 200_000 },
}))

async function read(content: string | Uint8Array, name?: string) {
  const table = await openTable(await temporaryTable(content, name))
  const rows: TableRow[] = []
  for await (const batch of table.rows()) rows.push(...batch)
  return { ...table, rows }
}

const failureOfReading = (content: string | Uint8Array, name?: string) => failureOf(read(content, name))

describe('cells', () => {
  it('come out as written, with row number and line', async () => {
    const { columns, rows } = await read('text,label\nhello,a\n"two\nlines",b\n\nlast,c')
    expect(columns).toEqual(['text', 'label'])
    expect(rows).toEqual([
      { number: 1, line: 2, cells: ['hello', 'a'] },
      { number: 2, line: 3, cells: ['two\nlines', 'b'] },
      { number: 3, line: 6, cells: ['last', 'c'] },
    ])
  })

  it('may hold quotation marks, delimiters and line ends of every kind', async () => {
    const { rows } = await read(
      'text,label\r\n"he said ""no"", twice",a\r\n"one\r\ntwo\nthree",b\r\nplain "quoted" word,c\r\n',
    )
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['he said "no", twice', 'a'],
      ['one\r\ntwo\nthree', 'b'],
      ['plain "quoted" word', 'c'],
    ])
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 6])
  })

  it('end with a carriage return alone in old Macintosh files', async () => {
    expect((await read('text,label\rone,a\rtwo,b\r')).rows.map(({ cells }) => cells)).toEqual([
      ['one', 'a'],
      ['two', 'b'],
    ])
  })

  it('are whole where the file is read in parts', async () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `row ${index}: "ação"\n${'é, 😀 '.repeat(index % 200)}`)
    const content = ['text,label', ...texts.map((text, index) => `"${text.replaceAll('"', '""')}",${index}`)].join('\n')
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be']) {
      const bytes = iconv.encode(content, encoding, { addBOM: true })
      expect(bytes.length).toBeGreaterThan(2 << 20)
      const table = await read(bytes)
      expect(table.encoding).toBe(encoding)
      expect(table.rows.map(({ cells }) => cells[0])).toEqual(texts)
      expect(table.rows.at(-1)?.number).toBe(3000)
    }
  }, 120_000)

  it('may have a million characters', async () => {
    const { rows } = await read(`text,label\n"${'a b,'.repeat(250_000)}",x\nshort,y\n`)
    expect(rows.map(({ cells }) => cells[0]?.length)).toEqual([1_000_000, 5])
  })
})

describe('encoding', () => {
  const content = 'texto,rótulo\nNão consigo acessar a minha conta,técnico\nA cobrança está errada,cobrança\n'

  it.each([
    ['utf-8 without mark', iconv.encode(content, 'utf-8'), 'utf-8'],
    ['utf-8 with mark', iconv.encode(content, 'utf-8', { addBOM: true }), 'utf-8'],
    ['utf-16le with mark', iconv.encode(content, 'utf-16le', { addBOM: true }), 'utf-16le'],
    ['utf-16be with mark', iconv.encode(content, 'utf-16be', { addBOM: true }), 'utf-16be'],
    ['utf-16le without mark', iconv.encode(content, 'utf-16le', { addBOM: false }), 'utf-16le'],
    ['utf-16be without mark', iconv.encode(content, 'utf-16be', { addBOM: false }), 'utf-16be'],
    ['latin-1', iconv.encode(content, 'latin1'), 'latin-1'],
  ])('is recognised: %s', async (_name, bytes, encoding) => {
    const table = await read(bytes)
    expect(table.encoding).toBe(encoding)
    expect(table.columns).toEqual(['texto', 'rótulo'])
    expect(table.rows[0]?.cells).toEqual(['Não consigo acessar a minha conta', 'técnico'])
  })

  it("reads the Windows characters of Excel's Latin-1", async () => {
    const { encoding, rows } = await read(
      iconv.encode('text,label\nIt’s “fine” – 5 €, né,ok\n'.replace(', né', ' né'), 'win1252'),
    )
    expect(encoding).toBe('latin-1')
    expect(rows[0]?.cells[0]).toBe('It’s “fine” – 5 € né')
  })

  it('is found out when the first odd byte comes late', async () => {
    const plain = `text,label\n${'plain words,a\n'.repeat(150_000)}`
    const { encoding, rows } = await read(
      Buffer.concat([Buffer.from(plain), iconv.encode('atenção é já,b\n', 'latin1')]),
    )
    expect(encoding).toBe('latin-1')
    expect(rows.at(-1)?.cells).toEqual(['atenção é já', 'b'])
  })

  it('is refused with the line where a UTF-8 file is damaged', async () => {
    const good = Buffer.from('texto,rótulo\nNão é já,ação\nCoração e não,ação\n')
    const failure = await failureOfReading(Buffer.concat([good, Buffer.from([0x61, 0xff, 0x2c, 0x62, 0x0a])]))
    expect(failure).toMatchObject({ code: 'encoding-unknown', details: { line: 4 } })
    expect(failure.message).toContain('Line 4')
    expect(failure.message).toContain('Save it as "CSV UTF-8"')
  })

  it.each([
    ['windows-1251', 'Привет мир это тест сообщения для проверки'],
    ['Shift_JIS', 'これはテストです。日本語の文章を書いています'],
  ])('is refused where it is %s, not read as gibberish', async (encoding, text) => {
    const failure = await failureOfReading(iconv.encode(`text,label\n${text},a\n${text},b\n`, encoding))
    expect(failure.code).toBe('encoding-unknown')
    expect(failure.message).toContain(encoding)
    expect(failure.message).toContain('UTF-8')
  })

  it('is refused where it is UTF-32 or broken UTF-16', async () => {
    expect((await failureOfReading(iconv.encode(content, 'utf-32le', { addBOM: true }))).code).toBe('encoding-unknown')
    const cut = iconv.encode(content, 'utf-16le', { addBOM: true }).subarray(0, -1)
    const failure = await failureOfReading(cut)
    expect(failure.code).toBe('encoding-unknown')
    expect(failure.message).toContain('UTF-16LE')
  })

  it('is as chosen, and checked', async () => {
    const file = await temporaryTable(iconv.encode(content, 'latin1'))
    expect((await openTable(file, { encoding: 'latin-1' })).columns).toEqual(['texto', 'rótulo'])
    const failure = await failureOf(openTable(file, { encoding: 'utf-8' }))
    expect(failure).toMatchObject({ code: 'encoding-unknown', details: { line: 1 } })
    expect(failure.message).toContain('choose Latin-1')
  })
})

describe('delimiter', () => {
  it.each([
    [',', 'text,label\na; b,x\nc; d,y\n'],
    [';', 'text;label\na, b;x\nc, d, e;y\n'],
    ['\t', 'text\tlabel\na, b; c\tx\nd, e\ty\n'],
    ['|', 'text|label\na, b|x\nc|y\n'],
  ])('%j is recognised', async (delimiter, content) => {
    const table = await read(content)
    expect(table.delimiter).toBe(delimiter)
    expect(table.columns).toEqual(['text', 'label'])
    expect(table.rows).toHaveLength(2)
  })

  it('is as chosen', async () => {
    const file = await temporaryTable('a,b;c\n1,2;3\n')
    expect((await openTable(file, { delimiter: ';' })).columns).toEqual(['a,b', 'c'])
  })

  it('is a tab in files whose quotation marks enclose nothing', async () => {
    const { rows } = await read('text\tlabel\n"Go" he said\tham\n"open\tspam\n')
    expect(rows.map(({ cells }) => cells[0])).toEqual(['"Go" he said', '"open'])
  })
})

describe('header', () => {
  it('names an index column that has no name', async () => {
    expect((await read(',text,label\n0,one,a\n1,two,b\n2,three,a\n')).columns).toEqual(['#', 'text', 'label'])
  })

  it('is refused where a name is missing, with its column', async () => {
    const failure = await failureOfReading('text,,label,\na,b,c,d\n')
    expect(failure.code).toBe('dataset-malformed')
    expect(failure.message).toContain('line 1')
    expect(failure.message).toContain('columns 2 and 4 have no name')
    expect(failure.message).toContain('Name every column')
    expect((await failureOfReading(',text,label\nx,a,b\ny,c,d\n')).message).toContain('column 1 has no name')
  })

  it('is refused where a name is there twice, with the name and the places', async () => {
    const failure = await failureOfReading('text,label, text ,label\na,b,c,d\n')
    expect(failure).toMatchObject({ code: 'column-duplicate', details: { line: 1, column: 'text' } })
    expect(failure.message).toContain('"text" names columns 1 and 3')
    expect(failure.message).toContain('"label" names columns 2 and 4')
    expect(failure.message).toContain('a name of its own')
  })

  it('is refused with too many columns', async () => {
    const names = Array.from({ length: limits.columns + 1 }, (_, index) => `c${index}`)
    const failure = await failureOfReading(`${names.join(',')}\n`)
    expect(failure).toMatchObject({ code: 'file-too-large', details: { columns: 1001 } })
  })
})

describe('rows', () => {
  it('with more or fewer cells are named, all of them', async () => {
    const good = 'a,b,c\n'.repeat(15)
    const failure = await failureOfReading(`x,y,z\n${good}"two\nlines",b,c\na,b,c,d\n${good}a,b\n`)
    expect(failure).toMatchObject({
      code: 'dataset-malformed',
      details: { row: 17, line: 19, expected: 3, found: 4 },
    })
    expect(failure.message).toMatch(/^row 17: 3 fields expected, 4 found \(line 19 of /)
    expect(failure.message).toContain('Rows 33 differ too')
    expect(failure.message).toContain('quotation marks')
  })

  it('are named where a quotation mark is never closed', async () => {
    const failure = await failureOfReading('text,label\none,a\n"two,b\nthree,c\n')
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 2, line: 3 } })
    expect(failure.message).toContain('row 2: a quotation mark opens a cell and is never closed (line 3')
    expect(failure.message).toContain('Close quotation marks')
  })

  it('are named where a quotation mark is closed within a cell', async () => {
    const failure = await failureOfReading('text,label\none,a\n"two" or three,b\n"four",c\n')
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 2, line: 3 } })
    expect(failure.message).toContain('text follows the quotation mark')
  })

  it('are named where a quotation mark swallows the rest of a large file', async () => {
    const failure = await failureOfReading(`text,label\none,a\n"two,b\n${'three,c\n'.repeat(2_200_000)}`)
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 2, line: 3 } })
  })

  it('are named where a line never ends', async () => {
    const failure = await failureOfReading(`text,label\none,a\n${'x'.repeat(18_000_000)}`)
    expect(failure).toMatchObject({ code: 'dataset-malformed', details: { row: 2, line: 3 } })
    expect(failure.message).toContain('too long to be a row')
  })

  it('are named where only the header has the quotation mark', async () => {
    expect((await failureOfReading('"text,label\none,a\n')).message).toContain('the header: a quotation mark')
  })
})

describe('files that are no table', () => {
  it('missing', async () => {
    const path = join(await temporaryFolder(), 'none.csv')
    const failure = await failureOf(openTable(path))
    expect(failure).toMatchObject({ code: 'file-missing', details: { path } })
    expect(failure.message).toContain('Check the name')
  })

  it('a folder', async () => {
    const path = join(await temporaryFolder(), 'folder.csv')
    await mkdir(path)
    const failure = await failureOf(openTable(path))
    expect(failure.code).toBe('file-unreadable')
    expect(failure.message).toContain('is a folder')
  })

  it('closed to this person', async () => {
    const path = await temporaryTable('text,label\na,b\n')
    await chmod(path, 0o000)
    const failure = await asOrdinaryPerson(() => failureOf(openTable(path)))
    expect(failure.code).toBe('file-unreadable')
    expect(failure.message).toContain('no permission')
  })

  it.each([
    ['empty', ''],
    ['only a byte order mark', '\ufeff'],
    ['only blank lines', '\n \n\r\n'],
  ])('%s', async (_name, content) => {
    const failure = await failureOfReading(content)
    expect(failure.code).toBe('file-empty')
    expect(failure.message).toMatch(/rows\b/)
  })

  it('larger than the limit', async () => {
    const path = await temporaryTable('text,label\na,b\n')
    await truncate(path, limits.fileBytes + 1)
    const failure = await failureOf(openTable(path))
    expect(failure.code).toBe('file-too-large')
    expect(failure.message).toContain('2.0 GB')
    expect(failure.message).toContain('Split it')
  })

  it.each([
    ['an Excel workbook', 'PK\x03\x04\x14\0\x06\0[Content_Types].xml xl/workbook.xml', 'save it as "CSV UTF-8"'],
    ['an OpenDocument spreadsheet', 'PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'CSV UTF-8'],
    ['a zip archive', 'PK\x03\x04\x14\0data.csv', 'Unpack it'],
    ['an old Excel', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'save it as "CSV UTF-8"'],
    ['a PDF document', '%PDF-1.7\n', 'CSV UTF-8'],
    ['a gzip archive', '\x1f\x8b\x08\0', 'Unpack it'],
    ['a Parquet file', 'PAR1\x15\0', 'CSV UTF-8'],
    ['a picture', '\x89PNG\r\n\x1a\n', 'Choose a CSV'],
  ])('binary: %s', async (kind, start, remedy) => {
    const failure = await failureOfReading(Buffer.from(start, 'latin1'), 'data.csv')
    expect(failure.code).toBe('file-binary')
    expect(failure.message).toContain(`data.csv is ${kind}`)
    expect(failure.message).toContain(remedy)
  })

  it('binary without a known beginning', async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)
    expect((await failureOfReading(bytes)).code).toBe('file-binary')
  })

  it('text with a zero byte far inside, with its line', async () => {
    const failure = await failureOfReading(`text,label\n${'a,b\n'.repeat(100_000)}a\0,b\n`)
    expect(failure).toMatchObject({ code: 'file-binary', details: { line: 100_002 } })
  })

  it('a file that vanishes between the header and the rows', async () => {
    const path = await temporaryTable('text,label\na,b\n')
    const table = await openTable(path)
    await import('node:fs/promises').then(({ rm }) => rm(path))
    const failure = await failureOf(table.rows().next())
    expect(failure).toBeInstanceOf(Failure)
    expect(failure.code).toBe('file-missing')
  })

  it('with more rows than the limit', async () => {
    const path = await temporaryTable('')
    await writeFile(path, `a,b\n${'1,2\n'.repeat(limits.rows + 1)}`)
    const table = await openTable(path)
    const count = async () => {
      let rows = 0
      for await (const batch of table.rows()) rows += batch.length
      return rows
    }
    const failure = await failureOf(count())
    expect(failure.code).toBe('file-too-large')
    expect(failure.message).toContain('200,000 rows')
  })
})
