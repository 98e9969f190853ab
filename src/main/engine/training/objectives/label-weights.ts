/** What a text's label makes it weigh in training: rare labels are learnt as well as frequent ones. */
import type { Problem } from '../../../../shared/problem'
import type { LabelWeights } from '../../../../shared/recipe'
import type { TargetText } from '../../data/encode'

/**
 * In the order of the problem's labels; null = every text weighs the same. `balanced` is scikit-learn's
 * `class_weight="balanced"`: texts / (labels that occur x texts with this one), so that the texts'
 * weights add up to their count.
 * @param training the training split
 */
export function weighLabels(
  choice: LabelWeights,
  problem: Problem,
  training: readonly Pick<TargetText, 'target'>[],
): number[] | null {
  if (choice !== 'balanced') return null
  if (problem.kind !== 'single-label') throw new Error('labels are weighed where a text has one')
  const counts = new Map<string, number>()
  for (const { target } of training) counts.set(target, (counts.get(target) ?? 0) + 1)
  return problem.labels.map((label) => {
    const count = counts.get(label)
    return count === undefined ? 1 : training.length / (counts.size * count)
  })
}
