/** Test rows with what the model made of them. */
import type { DatasetRow } from '../../../shared/dataset'
import type { Problem } from '../../../shared/problem'
import type { Prediction, ScoredRow } from '../../../shared/result'

/** `predictions` may be fewer than the rows: a row without one has the empty text. */
export function scoreRows(
  rows: readonly DatasetRow[],
  problem: Problem,
  predictions: readonly Prediction[],
  losses: readonly number[],
): ScoredRow[] {
  return rows.map(({ id, text, target }, index) => {
    const prediction = predictions[index]
    const said = prediction ? sayingOf(prediction, problem) : { predicted: '', probability: null }
    return { id, text, target, ...said, loss: losses[index] ?? 0 }
  })
}

function sayingOf(prediction: Prediction, problem: Problem): Pick<ScoredRow, 'predicted' | 'probability'> {
  switch (prediction.kind) {
    case 'single-label':
      return { predicted: prediction.label, probability: Math.max(...prediction.probabilities) }
    case 'multi-label': {
      const separator = problem.kind === 'multi-label' ? problem.separator : ','
      return { predicted: prediction.labels.join(separator), probability: null }
    }
    case 'regression':
      return { predicted: String(prediction.value), probability: null }
    case 'instruction':
      return { predicted: prediction.text, probability: null }
    default:
      return prediction satisfies never
  }
}
