/** What a trained model gives back, as far as words on screen differ: labels, a number or an answer. */
import type { ProblemKind } from '../../shared/problem'

export type Manner = 'labels' | 'number' | 'answer'

export function mannerOf(kind: ProblemKind): Manner {
  if (kind === 'regression') return 'number'
  return kind === 'instruction' ? 'answer' : 'labels'
}
