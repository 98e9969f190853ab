/**
 * How a step fits into memory. Its gradients are summed over its batches, so that fewer texts at a time need less for the
 * same result; where one text alone is too much, layers are computed once more on the way back instead of being kept.
 */
import type { Quote } from '../../shared/quote'
import type { Recipe } from '../../shared/recipe'
import type { RunFacts } from './prior'

export type Step = Pick<Recipe, 'batchSize' | 'accumulationSteps'> & Partial<Pick<Recipe, 'recomputeLayers'>>

/** The same run with its steps cut so. */
export function cutInto(facts: RunFacts, step: Step): RunFacts {
  const share = step.batchSize / facts.recipe.batchSize
  return {
    ...facts,
    recipe: { ...facts.recipe, ...step },
    data: { ...facts.data, longestBatchTokens: Math.ceil(facts.data.longestBatchTokens * share) },
  }
}

/**
 * The largest batches, from the recipe's own down, that fit; where those of one text do not either, the largest with layers
 * computed twice; the recipe's where nothing helps.
 */
export function largestThatFits(facts: RunFacts, fits: (facts: RunFacts) => boolean): Step {
  const whole = stepOf(facts.recipe)
  for (const start of whole.recomputeLayers ? [whole] : [whole, { ...whole, recomputeLayers: true }]) {
    for (let step: Step | null = start; step; step = halveBatch(step)) {
      if (fits(cutInto(facts, step))) return step
    }
  }
  return whole
}

/** What to try where the memory of a step ran out; null where nothing is left. */
export function smallerStep(step: Step): Step | null {
  return halveBatch(step) ?? (step.recomputeLayers ? null : { ...stepOf(step), recomputeLayers: true })
}

/** What a quote says of it: how a step differs from the recipe's own. */
export function quoteStep(recipe: Step, step: Step): Pick<Quote, 'smallerBatch' | 'recomputeLayers'> {
  return {
    ...(step.batchSize < recipe.batchSize && { smallerBatch: step.batchSize }),
    ...(step.recomputeLayers && !recipe.recomputeLayers && { recomputeLayers: true }),
  }
}

/** The step that a quote foresees; undefined where the recipe's own fits. */
export function quotedStep(
  { batchSize, accumulationSteps }: Step,
  { smallerBatch = batchSize, recomputeLayers }: Pick<Quote, 'smallerBatch' | 'recomputeLayers'>,
): Step | undefined {
  if (smallerBatch === batchSize && !recomputeLayers) return undefined
  const accumulated = (batchSize * accumulationSteps) / smallerBatch
  return { batchSize: smallerBatch, accumulationSteps: accumulated, ...(recomputeLayers && { recomputeLayers }) }
}

/** Half of the batch or less, with so many more of them a step that it holds the same texts; null below one text. */
export function halveBatch({ batchSize, accumulationSteps, recomputeLayers }: Step): Step | null {
  const texts = batchSize * accumulationSteps
  for (let fewer = Math.floor(batchSize / 2); fewer >= 1; fewer--) {
    if (texts % fewer !== 0) continue
    return { batchSize: fewer, accumulationSteps: texts / fewer, ...(recomputeLayers && { recomputeLayers }) }
  }
  return null
}

/** Without all else that a recipe says. */
function stepOf({ batchSize, accumulationSteps, recomputeLayers }: Step): Step {
  return { batchSize, accumulationSteps, ...(recomputeLayers && { recomputeLayers }) }
}
