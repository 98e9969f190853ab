/** Scores in words, for each kind of problem. */
import { headlineOf, type Metrics } from '../../shared/result'
import * as format from './format'

/** "accuracy 0.912  macro-F1 0.907  (120 rows)" */
export function scores(metrics: Metrics): string {
  const named = namedScores(metrics).map(([name, value]) => `${name} ${value}`)
  return [...named, `(${format.count(metrics.examples)} rows)`].join('  ')
}

/** The headline figure with its name: "accuracy 0.912". */
export function headline(metrics: Metrics): string {
  const { name, value } = headlineOf(metrics)
  return `${headlineNames[name]} ${name === 'perplexity' ? format.figure(value) : format.score(value)}`
}

export const headlineNames = {
  accuracy: 'accuracy',
  'micro-f1': 'micro-F1',
  r2: 'R2',
  perplexity: 'perplexity',
} as const

function namedScores(metrics: Metrics): [string, string][] {
  switch (metrics.kind) {
    case 'single-label':
      return [
        ['accuracy', format.score(metrics.accuracy)],
        ['macro-F1', format.score(metrics.macroF1)],
      ]
    case 'multi-label':
      return [
        ['micro-F1', format.score(metrics.microF1)],
        ['macro-F1', format.score(metrics.macroF1)],
        ['all classes right', format.score(metrics.exactMatch)],
      ]
    case 'regression':
      return [
        ['R2', format.score(metrics.r2)],
        ['mean squared error', format.figure(metrics.meanSquaredError)],
        ['mean absolute error', format.figure(metrics.meanAbsoluteError)],
        ['correlation', format.score(metrics.correlation)],
      ]
    case 'instruction':
      return [
        ['perplexity', format.figure(metrics.perplexity)],
        ['next token right', format.score(metrics.tokenAccuracy)],
        ...(metrics.exactMatch === null
          ? []
          : [['exact match', format.score(metrics.exactMatch)] satisfies [string, string]]),
      ]
    case 'language':
      return [
        ['loss', format.score(metrics.loss)],
        ['perplexity', format.figure(metrics.perplexity)],
        ['pieces foreseen', format.score(metrics.tokenAccuracy)],
      ]
    default:
      return metrics satisfies never
  }
}
