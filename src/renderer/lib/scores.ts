/** The figures of a result by the kind of its problem, the headline first, and how each is written. */
import { useTranslation } from 'react-i18next'
import { headlineOf, type Metrics } from '../../shared/result'
import { type Format, useFormat } from './format'

export type ScoreName =
  | 'accuracy'
  | 'macro-f1'
  | 'micro-f1'
  | 'exact-match'
  | 'r2'
  | 'mean-absolute-error'
  | 'root-mean-squared-error'
  | 'correlation'
  | 'perplexity'
  | 'token-accuracy'
  | 'foreseen'
  | 'loss'

export interface Score {
  name: ScoreName
  value: number
}

export function scoresOf(metrics: Metrics): Score[] {
  switch (metrics.kind) {
    case 'single-label':
      return [score('accuracy', metrics.accuracy), score('macro-f1', metrics.macroF1)]
    case 'multi-label':
      return [
        score('micro-f1', metrics.microF1),
        score('macro-f1', metrics.macroF1),
        score('exact-match', metrics.exactMatch),
      ]
    case 'regression':
      return [
        score('r2', metrics.r2),
        score('mean-absolute-error', metrics.meanAbsoluteError),
        score('root-mean-squared-error', Math.sqrt(metrics.meanSquaredError)),
        score('correlation', metrics.correlation),
      ]
    case 'instruction':
      return [
        score('perplexity', metrics.perplexity),
        score('token-accuracy', metrics.tokenAccuracy),
        ...(metrics.exactMatch === null ? [] : [score('exact-match', metrics.exactMatch)]),
      ]
    case 'language':
      return [
        score('perplexity', metrics.perplexity),
        score('foreseen', metrics.tokenAccuracy),
        score('loss', metrics.loss),
      ]
    default:
      return metrics satisfies never
  }
}

/** Shares in per cent, scores between 0 and 1 with three decimals, the rest in its own units. */
export function writeScore({ name, value }: Score, format: Format): string {
  switch (name) {
    case 'accuracy':
    case 'exact-match':
    case 'token-accuracy':
    case 'foreseen':
      return format.percent(value)
    case 'mean-absolute-error':
    case 'root-mean-squared-error':
    case 'perplexity':
    case 'loss':
      return format.measure(value)
    default:
      return format.score(value)
  }
}

/** The headline figure with its name, for lists: "84.2% accuracy" has the figure first, "R² 0.610" the name. */
export function useHeadline(): (metrics: Metrics) => { figure: string; name: string } {
  const { t } = useTranslation()
  const format = useFormat()
  return (metrics) => {
    const headline = headlineOf(metrics)
    return { figure: writeScore(headline, format), name: t(`result.scores.${headline.name}`) }
  }
}

function score(name: ScoreName, value: number): Score {
  return { name, value }
}
