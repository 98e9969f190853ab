/** The columns that a file gains when a model answers its rows. */
import type { Prediction } from '../../shared/result'
import type { Trained } from '../trainer/contract'

export interface AnswerColumns {
  names: string[]
  /** One cell a column; empty ones where there is no answer. */
  cellsOf(prediction: Prediction | undefined): string[]
}

/** By the kind of the first answer; those of a classifier where there is none. */
export function answerColumns(first: Prediction | undefined, trained: Trained): AnswerColumns {
  const names = namesOf[first?.kind ?? 'single-label']
  const separator = separatorOf(trained)
  return {
    names,
    cellsOf: (prediction) => (prediction === undefined ? names.map(() => '') : cellsOf(prediction, separator)),
  }
}

const namesOf: Readonly<Record<Prediction['kind'], string[]>> = {
  'single-label': ['prediction', 'confidence'],
  'multi-label': ['prediction', 'confidence'],
  regression: ['value'],
  instruction: ['response'],
}

function cellsOf(prediction: Prediction, separator: string): string[] {
  switch (prediction.kind) {
    case 'single-label':
      return [prediction.label, Math.max(...prediction.probabilities).toFixed(6)]
    case 'multi-label':
      // Each class is a decision of its own: the least sure of them.
      return [
        prediction.labels.join(separator),
        Math.min(...prediction.probabilities.map((probability) => Math.max(probability, 1 - probability))).toFixed(6),
      ]
    case 'regression':
      return [String(prediction.value)]
    case 'instruction':
      return [prediction.text]
    default:
      return prediction satisfies never
  }
}

/** As the classes stood in the file that was learnt from; adapters of other tools do not say. */
function separatorOf({ problem }: Trained): string {
  return problem?.kind === 'multi-label' ? problem.separator : ';'
}
