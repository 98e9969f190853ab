/** Which settings a strategy has on the form, and how each number may be set. */
import type { StrategyId } from '../../../shared/strategy'
import type { RecipeField } from '../../lib/recipe-changes'
import type { RecipeChanges } from '../../lib/routes'
import { hasSteps } from '../../lib/strategy-groups'

export type NumberField = Exclude<RecipeField, 'backend' | 'template'>

export interface NumberRange {
  minimum: number
  maximum: number
  step: number
}

export const ranges: Record<NumberField, NumberRange> = {
  epochs: { minimum: 1, maximum: 1000, step: 1 },
  batchSize: { minimum: 1, maximum: 1024, step: 1 },
  accumulationSteps: { minimum: 1, maximum: 1024, step: 1 },
  maxLength: { minimum: 4, maximum: 8192, step: 16 },
  learningRate: { minimum: 0.0000001, maximum: 10, step: 0.0001 },
  weightDecay: { minimum: 0, maximum: 1, step: 0.01 },
  warmupShare: { minimum: 0, maximum: 1, step: 0.01 },
  clipNorm: { minimum: 0, maximum: 1000, step: 0.5 },
  patience: { minimum: 0, maximum: 1000, step: 1 },
  seed: { minimum: 0, maximum: 0xffffffff, step: 1 },
}

/** Feature-based and dictionary solve convex problems: nothing there has epochs or a learning rate. */
export function fieldsOf(strategy: StrategyId, advanced: boolean): readonly NumberField[] {
  if (strategy === 'dictionary') return ['seed']
  if (!hasSteps(strategy)) return advanced ? ['maxLength', 'batchSize', 'seed'] : ['maxLength', 'seed']
  if (!advanced) return ['epochs', 'maxLength', 'seed']
  return [
    'epochs',
    'batchSize',
    'learningRate',
    'maxLength',
    'weightDecay',
    'warmupShare',
    'clipNorm',
    'accumulationSteps',
    'patience',
    'seed',
  ]
}

/** What stays when another strategy is chosen: settings that mean the same to all of them. */
export function sharedChanges({ maxLength, seed, backend, template }: RecipeChanges): RecipeChanges {
  return {
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(seed === undefined ? {} : { seed }),
    ...(backend === undefined ? {} : { backend }),
    ...(template === undefined ? {} : { template }),
  }
}
