/** The table of an export's scores, by what the problem is judged by. */
import { isOfKind, type Metrics } from '../../../shared/result'

/** Lines of "| name | validation | test | naive |". The three speak of one kind of problem. */
export function resultRows(validation: Metrics, test: Metrics, naive: Metrics): string {
  const columns = [validation, test, naive]
  return rowsOf(test)
    .map(({ name, of, show }) => {
      const cells = columns.map((metrics) => {
        const value = of(metrics)
        return value === null ? '' : show(value)
      })
      return `| ${name} | ${cells.join(' | ')} |`
    })
    .join('\n')
}

interface Row {
  readonly name: string
  /** Null where it was not measured, or speaks of another kind of problem. */
  of(metrics: Metrics): number | null
  show(value: number): string
}

function rowsOf({ kind }: Metrics): Row[] {
  switch (kind) {
    case 'single-label':
      return [
        row(kind, 'accuracy (%)', ({ accuracy }) => accuracy, share),
        row(kind, 'macro F1 (%)', ({ macroF1 }) => macroF1, share),
        row(kind, 'cross-entropy', ({ loss }) => loss),
        examples,
      ]
    case 'multi-label':
      return [
        row(kind, 'micro F1 (%)', ({ microF1 }) => microF1, share),
        row(kind, 'macro F1 (%)', ({ macroF1 }) => macroF1, share),
        row(kind, 'all classes right (%)', ({ exactMatch }) => exactMatch, share),
        row(kind, 'binary cross-entropy', ({ loss }) => loss),
        examples,
      ]
    case 'regression':
      return [
        row(kind, 'R2', ({ r2 }) => r2),
        row(kind, 'mean squared error', ({ meanSquaredError }) => meanSquaredError),
        row(kind, 'mean absolute error', ({ meanAbsoluteError }) => meanAbsoluteError),
        row(kind, 'correlation', ({ correlation }) => correlation),
        examples,
      ]
    case 'instruction':
      return [
        row(kind, 'perplexity of the responses', ({ perplexity }) => perplexity),
        row(kind, 'response tokens foreseen (%)', ({ tokenAccuracy }) => tokenAccuracy, share),
        row(kind, 'answers equal to the response (%)', ({ exactMatch }) => exactMatch, share),
        examples,
      ]
    case 'language':
      return [
        row(kind, 'loss per piece', ({ loss }) => loss),
        row(kind, 'perplexity', ({ perplexity }) => perplexity),
        row(kind, 'pieces foreseen (%)', ({ tokenAccuracy }) => tokenAccuracy, share),
        examples,
      ]
    default:
      return kind satisfies never
  }
}

const examples: Row = { name: 'rows', of: (metrics) => metrics.examples, show: String }

function row<Kind extends Metrics['kind']>(
  kind: Kind,
  name: string,
  of: (metrics: Extract<Metrics, { kind: Kind }>) => number | null,
  show: (value: number) => string = number,
): Row {
  return { name, show, of: (metrics) => (isOfKind(metrics, kind) ? of(metrics) : null) }
}

/** As a percentage with one decimal, without the sign. */
export function share(value: number): string {
  return (100 * value).toFixed(1)
}

export function number(value: number): string {
  return String(Number(value.toPrecision(4)))
}
