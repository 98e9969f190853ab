/** What was measured, as tables in Markdown. */
import type { StepCase } from './cases'
import type { Comparison, Measured } from './measure'
import type { Profile } from './profile'

export interface StepRow {
  readonly kind: 'step'
  readonly work: StepCase
  readonly backend: string
  /** Null where it failed, or was not measured for a reason in `note`. */
  readonly measured: Comparison | null
  readonly note: string | null
}

export interface JobRow {
  readonly kind: 'job'
  readonly model: string
  readonly strategy: string
  readonly backend: string
  readonly measured: Comparison | null
  readonly note: string | null
}

export function stepTable(rows: readonly StepRow[]): string {
  const heads = ['model', 'tokens', 'strategy', 'timed', 'backend', 'ms', 'reference ms', 'ratio']
  const cells = rows.map(({ work, backend, measured, note }) => {
    const { ours, reference, ratio } = measured ?? { ours: null, reference: null, ratio: null }
    const tokens = work.batchSize * work.length
    return [
      work.model,
      `${work.batchSize} x ${work.length}`,
      work.strategy,
      work.timed,
      backend,
      ...[milliseconds(ours), milliseconds(reference), fixed(ratio, 2), fixed(measured?.processorRatio, 2)],
      ours ? (tokens / ours.seconds).toFixed(0) : '',
      ...[
        megabytes(ours),
        megabytes(reference),
        memoryRatio(measured),
        percent(ours?.share),
        percent(reference?.share),
      ],
      note ?? '',
    ]
  })
  return markdown(
    [...heads, 'processor', 'tokens/s', 'MB', 'reference MB', 'ratio', 'of matmul', "reference's", ''],
    cells,
  )
}

export function jobTable(rows: readonly JobRow[]): string {
  const heads = [
    'model',
    'strategy',
    'backend',
    's',
    'reference s',
    'ratio',
    'processor',
    'MB',
    'reference MB',
    'ratio',
  ]
  const cells = rows.map(({ model, strategy, backend, measured, note }) => {
    const { ours, reference, ratio } = measured ?? { ours: null, reference: null, ratio: null }
    return [
      ...[model, strategy, backend, fixed(ours?.seconds, 0), fixed(reference?.seconds, 0), fixed(ratio, 2)],
      fixed(measured?.processorRatio, 2),
      ...[megabytes(ours), megabytes(reference), memoryRatio(measured)],
      ...[ours, reference].map((side) => fixed(side?.scores?.accuracy, 3)),
      note ?? '',
    ]
  })
  return markdown([...heads, 'accuracy', "reference's", ''], cells)
}

export function profileTable({ seconds, operations }: Profile): string {
  const inside = operations.reduce((sum, operation) => sum + operation.seconds, 0)
  const row = (name: string, count: string, taken: number) => [
    name,
    count,
    (taken * 1000).toFixed(1),
    percent(taken / seconds),
  ]
  const few = operations.filter((operation) => operation.seconds >= seconds / 200)
  const rest = operations.slice(few.length)
  return markdown(
    ['operation', 'count', 'ms', 'share'],
    [
      ...few.map(({ name, count, seconds: taken }) => row(name, count.toFixed(0), taken)),
      row(
        `${rest.length} others`,
        rest.reduce((sum, { count }) => sum + count, 0).toFixed(0),
        rest.reduce((sum, { seconds: taken }) => sum + taken, 0),
      ),
      row('outside operations', '', seconds - inside),
    ],
  )
}

/** Columns side by side in a terminal, too. */
export function markdown(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(3, ...[head, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function milliseconds(side: Measured | null): string {
  return side ? (side.seconds * 1000).toFixed(0) : ''
}

function megabytes(side: Measured | null): string {
  return side ? (side.peakMemoryBytes / 1e6).toFixed(0) : ''
}

function memoryRatio(measured: Comparison | null): string {
  if (!measured?.reference) return ''
  return fixed(measured.ours.peakMemoryBytes / measured.reference.peakMemoryBytes, 2)
}

function percent(share: number | null | undefined): string {
  return typeof share === 'number' ? `${(100 * share).toFixed(0)} %` : ''
}

function fixed(value: number | null | undefined, digits: number): string {
  return typeof value === 'number' ? value.toFixed(digits) : ''
}
