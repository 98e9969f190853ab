/** What the command line says: one JSON document or tidy text on standard output, all else on standard error. */
import type { FailureRecord } from '../../shared/failure'

export interface Output {
  readonly json: boolean
  /** The command's answer, once. */
  answer(document: unknown, forPeople: () => string): void
  /** A remark on the way. */
  note(text: string): void
  /** A line that replaces itself on a terminal; elsewhere only when `milestone` changes. */
  progress(line: string, milestone: string): void
  endProgress(): void
}

export interface Streams {
  out: { write(text: string): unknown }
  error: { write(text: string): unknown; isTTY?: boolean; columns?: number }
}

export function createOutput({ out, error }: Streams, { json }: { json: boolean }): Output {
  let shown = ''
  let lastMilestone = ''

  const clear = () => {
    if (shown !== '') error.write(`\r${' '.repeat(shown.length)}\r`)
    shown = ''
  }

  return {
    json,
    answer(document, forPeople) {
      clear()
      out.write(`${json ? JSON.stringify(document, null, 2) : forPeople()}\n`)
    },
    note(text) {
      clear()
      error.write(`${text}\n`)
    },
    progress(line, milestone) {
      if (error.isTTY) {
        const fitting = line.slice(0, (error.columns ?? 80) - 1)
        clear()
        error.write(fitting)
        shown = fitting
      } else if (milestone !== lastMilestone) {
        error.write(`${milestone}\n`)
      }
      lastMilestone = milestone
    },
    endProgress: clear,
  }
}

/** One line on standard error; with --json the failure as the document, too. */
export function reportFailure({ out, error }: Streams, failure: FailureRecord, { json }: { json: boolean }): void {
  error.write(`${failure.message.replaceAll(/\s*\n\s*/g, ' ')}\n`)
  if (json) out.write(`${JSON.stringify({ failure }, null, 2)}\n`)
}

/** Columns as wide as their widest cell; numbers (cells that begin with a digit or a sign) to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^([+-]?\d|-$|$)/.test(row[column] ?? '')),
  )
  const format = (row: readonly string[]) =>
    header
      .map((_, column) => {
        const cell = row[column] ?? ''
        const width = widths[column] ?? 0
        return numeric[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [format(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(format)].join('\n')
}

/** "name  value" lines. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}
