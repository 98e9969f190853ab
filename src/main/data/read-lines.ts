/** A plain text file as texts, one a line. */
import { basename } from 'node:path'
import { decodeFile, detectEncoding, type Encoding } from './encoding'
import { inspectFile } from './inspect-file'

export interface Line {
  /** 1 = the first line. */
  number: number
  text: string
}

/** Fails as opening a table does. Read the lines as often as needed. */
export async function openLines(
  path: string,
  { encoding: chosen, fileName = basename(path) }: { encoding?: Encoding | undefined; fileName?: string | undefined },
): Promise<() => AsyncGenerator<Line[]>> {
  const file = await inspectFile(path, fileName)
  const encoding = await detectEncoding(file, chosen)
  return async function* () {
    let pending = ''
    let number = 0
    const numbered = (texts: readonly string[]) => texts.map((text): Line => ({ number: ++number, text }))
    for await (const part of decodeFile(file, encoding)) {
      const texts = (pending + part).split(/\r?\n/)
      pending = texts.pop() ?? ''
      yield numbered(texts)
    }
    if (pending !== '') yield numbered([pending])
  }
}
