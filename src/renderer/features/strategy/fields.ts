/** Which settings a strategy has on the form, and how each number may be set. */
import type { OptionDescription, StrategyDescription, StrategyId } from '../../../shared/strategy'
import type { RecipeChanges } from '../../lib/routes'
import { fieldsOf, type NumberField } from '../../lib/strategy-fields'

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

/** The settings on the form: all that the strategy has, or those that everyone should see. */
export function formFieldsOf(strategy: StrategyId, advanced: boolean): readonly NumberField[] {
  const fields = fieldsOf(strategy)
  return advanced ? fields : fields.filter((field) => plainFields.includes(field))
}

const plainFields: readonly NumberField[] = ['epochs', 'maxLength', 'seed']

/** Options without which a strategy is hardly itself: they are not kept for the advanced. */
const plainOptions: Partial<Record<StrategyId, readonly string[]>> = {
  dictionary: ['predictor', 'wordList'],
  'bottleneck-adapter': ['variant'],
  lora: ['rank'],
}

export function optionsOf({ id, options }: StrategyDescription, advanced: boolean): readonly OptionDescription[] {
  return advanced ? options : options.filter(({ name }) => plainOptions[id]?.includes(name) === true)
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
