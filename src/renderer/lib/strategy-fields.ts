/** Which numbers of a recipe mean something to a strategy, in the order of the form. */
import type { StrategyId } from '../../shared/strategy'
import type { RecipeField } from './recipe-changes'

export type NumberField = Exclude<RecipeField, 'labelWeights' | 'recomputeLayers' | 'backend' | 'template'>

/** Feature-based and dictionary solve problems of one answer: nothing there has epochs or a learning rate. */
export function fieldsOf(strategy: StrategyId): readonly NumberField[] {
  if (strategy === 'dictionary') return ['seed']
  if (strategy === 'feature-based') return ['maxLength', 'batchSize', 'seed']
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

/** Whether gradients pass layers on their way, so that computing those twice saves memory. */
export function passesLayers(strategy: StrategyId): boolean {
  return strategy !== 'dictionary' && strategy !== 'feature-based' && strategy !== 'head-only'
}
