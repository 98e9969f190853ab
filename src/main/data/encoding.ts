/** Which of four encodings a file is written in, decided over all its bytes, and its text in parts. */
import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import chardet from 'chardet'
import iconv from 'iconv-lite'
import type { encodings } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { toReadFailure } from '../files/read-failure'
import type { InspectedFile } from './inspect-file'

export type Encoding = (typeof encodings)[number]

const chunkBytes = 1 << 20
const remedy = 'Save it as "CSV UTF-8" and choose it again'

/**
 * The encoding of the whole file: byte order mark, then the pattern of zero bytes, then strict UTF-8, then Latin-1 (read
 * as Windows-1252, which is what such files are). With `chosen`, only checks that the file can be read that way.
 * Fails with `file-binary` or `encoding-unknown`, naming the line.
 */
export async function detectEncoding(file: InspectedFile, chosen?: Encoding): Promise<Encoding> {
  const marked = byteOrderMark(file)
  const encoding = chosen ?? marked ?? wideWithoutMark(file.head)
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    await checkWide(file, encoding)
    return encoding
  }
  const invalid = await scanBytes(file)
  if (encoding === 'latin-1' || invalid === undefined) return encoding ?? 'utf-8'
  if (encoding === 'utf-8' || invalid.mostlyUtf8) {
    throw new Failure(
      'encoding-unknown',
      `Line ${invalid.line} of ${file.fileName} has bytes that are not UTF-8. ${remedy}, or choose Latin-1 as its encoding.`,
      { path: file.path, line: invalid.line },
    )
  }
  refuseOtherScripts(file, invalid.sample)
  return 'latin-1'
}

/** The text of the file, without byte order mark, in parts of about a million characters. */
export async function* decodeFile(file: InspectedFile, encoding: Encoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding === 'latin-1' ? 'windows-1252' : encoding)
  for await (const chunk of readChunks(file)) {
    const text = decoder.write(chunk)
    if (text !== '') yield text
  }
  const rest = decoder.end()
  if (rest) yield rest
}

/** What the first bytes say; a character cut at their end is left out. */
export function decodeHead(file: InspectedFile, encoding: Encoding): string {
  return iconv.getDecoder(encoding === 'latin-1' ? 'windows-1252' : encoding).write(file.head)
}

async function* readChunks({ path, fileName }: InspectedFile): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Buffer
  } catch (thrown) {
    throw toReadFailure(thrown, path, fileName)
  }
}

function byteOrderMark({ head, path, fileName }: InspectedFile): Encoding | undefined {
  const start = head.toString('latin1', 0, 4)
  if (start === '\xff\xfe\0\0' || start === '\0\0\xfe\xff') {
    throw new Failure('encoding-unknown', `${fileName} is written in UTF-32. ${remedy}.`, { path, encoding: 'UTF-32' })
  }
  if (start.startsWith('\xef\xbb\xbf')) return 'utf-8'
  if (start.startsWith('\xff\xfe')) return 'utf-16le'
  return start.startsWith('\xfe\xff') ? 'utf-16be' : undefined
}

/** UTF-16 without a mark: commas and line ends have their zero byte always on the same side. */
function wideWithoutMark(head: Buffer): Encoding | undefined {
  if (head.length < 4 || !head.includes(0)) return undefined
  const zeros = [0, 0]
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  })
  const [even = 0, odd = 0] = zeros
  const encoding = even === 0 ? 'utf-16le' : odd === 0 ? 'utf-16be' : undefined
  if (encoding === undefined) return undefined
  const text = iconv.decode(head, encoding)
  return text.includes('\n') && !hasControlCharacters(text) ? encoding : undefined
}

async function checkWide(file: InspectedFile, encoding: 'utf-16le' | 'utf-16be'): Promise<void> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let line = 1
  const decode = (chunk?: Buffer) => {
    try {
      const text = chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
      if (text.includes('\0')) throw binary(file, line + countLines(text.slice(0, text.indexOf('\0'))))
      line += countLines(text)
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown
      throw new Failure(
        'encoding-unknown',
        `${file.fileName} is not valid ${encoding.toUpperCase()} from about line ${line} on. ${remedy}.`,
        { path: file.path, line },
      )
    }
  }
  for await (const chunk of readChunks(file)) decode(chunk)
  decode()
}

interface InvalidUtf8 {
  /** Line of the first byte that is not UTF-8. */
  line: number
  /** Far more whole UTF-8 characters than bytes that fit none: a damaged UTF-8 file, not Latin-1. */
  mostlyUtf8: boolean
  sample: Buffer
}

/** Undefined where all bytes are UTF-8. */
async function scanBytes(file: InspectedFile): Promise<InvalidUtf8 | undefined> {
  let line = 1
  let carried: Buffer = Buffer.alloc(0)
  let invalid: InvalidUtf8 | undefined
  for await (const chunk of readChunks(file)) {
    const zero = chunk.indexOf(0)
    if (zero !== -1) throw binary(file, line + countLines(chunk.subarray(0, zero)))
    if (invalid === undefined) {
      const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
      const whole = bytes.subarray(0, lastWholeCharacter(bytes))
      if (!isUtf8(whole)) invalid = describeInvalid(bytes, line)
      carried = bytes.subarray(whole.length)
    }
    line += countLines(chunk)
  }
  if (invalid === undefined && carried.length > 0) invalid = describeInvalid(carried, line)
  if (hasControlCharacters(file.head.toString('latin1'))) throw binary(file, 1)
  return invalid
}

/** Where a last, cut character of at most four bytes begins. */
function lastWholeCharacter(bytes: Buffer): number {
  for (let index = bytes.length - 1; index >= Math.max(0, bytes.length - 3); index--) {
    const byte = bytes[index] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) return index + utf8Length(byte) > bytes.length ? index : bytes.length
  }
  return bytes.length
}

/** How many bytes the character has that starts with this one; 0 where none does. */
function utf8Length(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

function describeInvalid(bytes: Buffer, line: number): InvalidUtf8 {
  let firstInvalid = -1
  let invalid = 0
  let valid = 0
  for (let index = 0; index < bytes.length; ) {
    const length = utf8Length(bytes[index] ?? 0)
    const fits = length === 1 || (length > 1 && isUtf8(bytes.subarray(index, index + length)))
    if (fits) {
      if (length > 1) valid += 1
      index += length
    } else {
      if (firstInvalid === -1) firstInvalid = index
      invalid += 1
      index += 1
    }
  }
  const start = Math.max(0, firstInvalid - 2000)
  return {
    line: line + countLines(bytes.subarray(0, Math.max(0, firstInvalid))),
    mostlyUtf8: valid >= 4 * invalid,
    sample: bytes.subarray(start, start + 64_000),
  }
}

/** Latin-1 has a character for every byte, so any other 8-bit file would be read as gibberish without complaint. */
function refuseOtherScripts({ path, fileName }: InspectedFile, sample: Buffer): void {
  const latin = ['ISO-8859-1', 'windows-1252']
  const guesses = chardet.analyse(sample)
  const best = guesses[0]
  if (best === undefined || latin.includes(best.name)) return
  const bestLatin = Math.max(0, ...guesses.filter(({ name }) => latin.includes(name)).map((guess) => guess.confidence))
  if (best.confidence < 60 && best.confidence - bestLatin < 20) return
  throw new Failure(
    'encoding-unknown',
    `${fileName} seems to be written in ${best.name}, which Fino does not read. ${remedy}.`,
    { path, encoding: best.name },
  )
}

function binary({ path, fileName }: InspectedFile, line: number): Failure {
  return new Failure(
    'file-binary',
    `${fileName} holds bytes that no text has (line ${line}), so it is not CSV, TSV or JSON text. ${remedy}.`,
    { path, line },
  )
}

/** More than one character in a hundred that no text editor writes. */
function hasControlCharacters(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const found = text.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0
  return found * 100 > text.length
}

function countLines(text: Buffer | string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
