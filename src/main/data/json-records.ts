/** The values in a JSON file one after another: the elements of a list, or one a line (JSON Lines). */
import { limits } from './limits'

export type JsonLayout = 'list' | 'lines'

export interface JsonRecord {
  /** 1 = the first. */
  number: number
  /** Line on which it begins, 1 = the first. */
  line: number
  value: unknown
}

/** Where a file is no such JSON; `what` goes on after "row 17". */
export class JsonProblem extends Error {
  constructor(
    readonly number: number,
    readonly line: number,
    readonly what: string,
  ) {
    super(what)
  }
}

/** Keeps no more of the file than a part and one value. Throws JsonProblem at the first that cannot be read. */
export async function* readRecords(texts: AsyncIterable<string>, layout: JsonLayout): AsyncGenerator<JsonRecord[]> {
  let number = 0
  for await (const pieces of layout === 'list' ? cutList(texts) : cutLines(texts)) {
    const records = pieces.map(({ text, line }) => {
      number += 1
      return { number, line, value: parse(text, number, line) }
    })
    if (records.length > 0) yield records
  }
}

/** The text of one value and the line on which it begins. */
interface Piece {
  text: string
  line: number
}

async function* cutLines(texts: AsyncIterable<string>): AsyncGenerator<Piece[]> {
  let pending = ''
  let line = 1
  let number = 0
  const toPieces = (lines: readonly string[]) => {
    const pieces = lines.map((text, index) => ({ text, line: line + index })).filter(({ text }) => text.trim() !== '')
    line += lines.length
    number += pieces.length
    return pieces
  }
  for await (const text of texts) {
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    yield toPieces(lines)
    refuseEndless(pending, number + 1, line)
  }
  yield toPieces([pending])
}

const [newline, quote, comma, backslash] = [10, 34, 44, 92]
const opening = new Set([91, 123])
const closing = new Set([93, 125])

/** Follows brackets and quotation marks only as far as to find the commas between the list's own elements. */
async function* cutList(texts: AsyncIterable<string>): AsyncGenerator<Piece[]> {
  let pending = ''
  let at = 0
  let depth = 0
  let inText = false
  let closed = false
  let number = 0
  let line = 1
  let startLine = 0

  for await (const text of texts) {
    pending += text
    const pieces: Piece[] = []
    let start = 0
    const cut = () => {
      pieces.push({ text: pending.slice(start, at), line: startLine || line })
      number += 1
      start = at + 1
      startLine = 0
    }
    for (; at < pending.length; at++) {
      const code = pending.charCodeAt(at)
      if (code === newline) line += 1
      if (code <= 32) continue
      if (closed) throw new JsonProblem(number, line, 'is the last of the list, and the file goes on after it')
      if (depth > 0 && startLine === 0) startLine = line
      if (inText) {
        if (code === backslash) at += 1
        else if (code === quote) inText = false
      } else if (code === quote) inText = true
      else if (opening.has(code)) {
        if (depth === 0) start = at + 1
        depth += 1
      } else if (closing.has(code)) {
        depth -= 1
        closed = depth === 0
        if (closed && (number > 0 || pending.slice(start, at).trim() !== '')) cut()
      } else if (code === comma && depth === 1) cut()
    }
    pending = pending.slice(start)
    at -= start
    yield pieces
    refuseEndless(pending, number + 1, startLine)
  }
  if (!closed) throw new JsonProblem(number + 1, line, 'is where the file ends, before the list is closed with "]"')
}

function parse(text: string, number: number, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    const reason = (thrown as Error).message.replace(/,? (in JSON )?(at position|\(line).*/s, '')
    throw new JsonProblem(number, line, `is no valid JSON (${reason.slice(0, 120)})`)
  }
}

function refuseEndless(pending: string, number: number, line: number): void {
  if (pending.length <= limits.cellCharacters) return
  throw new JsonProblem(number, line, 'does not end: a quotation mark or a bracket is never closed')
}
