import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { encodeRows, readRowsFile } from '../../../src/main/data/rows-file'
import type { DatasetRow } from '../../../src/shared/dataset'
import { failureOf, temporaryFolder } from '../../support/files'

async function* inBatches(rows: DatasetRow[]) {
  for (let from = 0; from < rows.length; from += 100) yield rows.slice(from, from + 100)
}

it('reads what it wrote, one line a row, whatever the texts hold', async () => {
  const hard = [
    'two\nlines',
    'tab\t"quotes" \\ back',
    'line\u2028 and paragraph\u2029 ends',
    '😀 é',
    '\ud800 alone',
    '',
  ]
  const rows = Array.from({ length: 20_000 }, (_, index) => ({
    id: index + 1,
    text: `${hard[index % hard.length]} ${index} ${'ã'.repeat(index % 50)}`,
    target: 'a',
    split: 'train' as const,
  }))
  const file = join(await temporaryFolder(), 'rows.jsonl')
  const parts: string[] = []
  for await (const part of encodeRows(inBatches(rows))) parts.push(part)
  const text = parts.join('')
  expect(text.split(/\r\n|[\n\r\u2028\u2029]/)).toHaveLength(20_001)
  await writeFile(file, text)
  const read: DatasetRow[] = []
  for await (const batch of readRowsFile(file)) read.push(...batch)
  expect(read).toEqual(rows)
})

it('says what to do when the file is gone', async () => {
  const file = join(await temporaryFolder(), 'rows.jsonl')
  const failure = await failureOf(readRowsFile(file).next())
  expect(failure.code).toBe('file-missing')
  expect(failure.message).toContain('Import the file again')
})
