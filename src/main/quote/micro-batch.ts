/**
 * How many texts are computed at once. A step's gradients are summed over its batches, so that fewer at a time need less
 * memory for the same result.
 */
import type { Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import type { RunFacts } from './prior'

export type Step = Pick<Recipe, 'batchSize' | 'accumulationSteps'>

/** The same run with its steps cut so. */
export function cutInto(facts: RunFacts, step: Step): RunFacts {
  const share = step.batchSize / facts.recipe.batchSize
  return {
    ...facts,
    recipe: { ...facts.recipe, ...step },
    data: { ...facts.data, longestBatchTokens: Math.ceil(facts.data.longestBatchTokens * share) },
  }
}

/** The largest batches, from the recipe's own down, that fit; the recipe's where those of one text do not either. */
export function largestThatFits(facts: RunFacts, fits: (facts: RunFacts) => boolean): Step {
  for (let step: Step | null = facts.recipe; step; step = halveBatch(step)) {
    if (fits(cutInto(facts, step))) return step
  }
  return facts.recipe
}

/** The same step in the batches that a quote foresees; undefined where the recipe's own fit. */
export function quotedStep(
  { batchSize, accumulationSteps }: Step,
  { smallerBatch }: Pick<Quote, 'smallerBatch'>,
): Step | undefined {
  if (smallerBatch === undefined) return undefined
  return { batchSize: smallerBatch, accumulationSteps: (batchSize * accumulationSteps) / smallerBatch }
}

/** Half of the batch or less, with so many more of them a step that it holds the same texts; null below one text. */
export function halveBatch({ batchSize, accumulationSteps }: Step): Step | null {
  const texts = batchSize * accumulationSteps
  for (let fewer = Math.floor(batchSize / 2); fewer >= 1; fewer--) {
    if (texts % fewer === 0) return { batchSize: fewer, accumulationSteps: texts / fewer }
  }
  return null
}
