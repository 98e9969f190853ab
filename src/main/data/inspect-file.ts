/** The first questions to a file: is it there, is it a file of a fitting size, and is it text at all? */
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../../shared/failure'
import { toReadFailure } from '../files/read-failure'
import { describeBytes } from '../files/write-failure'
import { limits } from './limits'

export interface InspectedFile {
  path: string
  fileName: string
  byteLength: number
  /** The first bytes, up to 256 kB. */
  head: Buffer
}

const headBytes = 256 * 1024

/**
 * Fails with `file-missing`, `file-unreadable` (a folder, no permission), `file-empty`, `file-too-large` or
 * `file-binary` (known by its first bytes; see encoding.ts for bytes that no text has).
 */
export async function inspectFile(path: string, fileName = basename(path)): Promise<InspectedFile> {
  const { byteLength, head } = await readHead(path, fileName)
  if (byteLength === 0) {
    throw new Failure('file-empty', `${fileName} is empty (0 bytes). Choose a CSV, TSV or JSON file with rows in it.`, {
      path,
    })
  }
  if (byteLength > limits.fileBytes) {
    throw new Failure(
      'file-too-large',
      `${fileName} has ${describeBytes(byteLength)}; Fino reads up to ${describeBytes(limits.fileBytes)}. ` +
        'Split it, or keep only the text and label columns.',
      { path, byteLength, limit: limits.fileBytes },
    )
  }
  const binary = recognizeBinary(head)
  if (binary !== undefined) {
    throw new Failure('file-binary', `${fileName} is ${binary.what}, not CSV, TSV or JSON text. ${binary.remedy}`, {
      path,
      kind: binary.what,
    })
  }
  return { path, fileName, byteLength, head }
}

async function readHead(path: string, fileName: string): Promise<{ byteLength: number; head: Buffer }> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) {
      throw new Failure('file-unreadable', `${path} is a folder. Choose a CSV, TSV or JSON file inside it.`, { path })
    }
    const handle = await open(path, 'r')
    try {
      const head = Buffer.alloc(Math.min(headBytes, found.size))
      const { bytesRead } = await handle.read(head, 0, head.length, 0)
      return { byteLength: found.size, head: head.subarray(0, bytesRead) }
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    throw toReadFailure(thrown, path, fileName)
  }
}

interface Binary {
  what: string
  remedy: string
}

const saveAsCsv = 'Open it in your spreadsheet program and save it as "CSV UTF-8".'
const unpack = 'Unpack it and choose the CSV, TSV or JSON file inside.'

const signatures: readonly { bytes: string; binary: Binary }[] = [
  {
    bytes: '%PDF',
    binary: { what: 'a PDF document', remedy: 'Fino needs the table behind it, saved as "CSV UTF-8".' },
  },
  { bytes: '\xd0\xcf\x11\xe0', binary: { what: 'an old Excel or Office file', remedy: saveAsCsv } },
  { bytes: '\x1f\x8b', binary: { what: 'a gzip archive', remedy: unpack } },
  { bytes: "7z\xbc\xaf'\x1c", binary: { what: 'a 7-Zip archive', remedy: unpack } },
  { bytes: 'Rar!', binary: { what: 'a RAR archive', remedy: unpack } },
  {
    bytes: 'PAR1',
    binary: { what: 'a Parquet file', remedy: 'Export it as "CSV UTF-8" with the program that wrote it.' },
  },
  { bytes: 'SQLite format 3', binary: { what: 'an SQLite database', remedy: 'Export the table as "CSV UTF-8".' } },
  { bytes: '\x89PNG', binary: { what: 'a picture', remedy: 'Choose a CSV, TSV or JSON file.' } },
  { bytes: '\xff\xd8\xff', binary: { what: 'a picture', remedy: 'Choose a CSV, TSV or JSON file.' } },
]

function recognizeBinary(head: Buffer): Binary | undefined {
  const start = head.toString('latin1', 0, 32)
  if (start.startsWith('PK\x03\x04')) return recognizeZip(head.toString('latin1'))
  return signatures.find(({ bytes }) => start.startsWith(bytes))?.binary
}

/** Office files are zip archives whose first entries tell them apart. */
function recognizeZip(head: string): Binary {
  if (head.includes('xl/')) return { what: 'an Excel workbook', remedy: saveAsCsv }
  if (head.includes('opendocument.spreadsheet')) return { what: 'an OpenDocument spreadsheet', remedy: saveAsCsv }
  if (head.includes('[Content_Types].xml')) return { what: 'an Office file', remedy: saveAsCsv }
  return { what: 'a zip archive', remedy: unpack }
}
