/** Which settings a strategy has on the form, and how each number may be set. */
import type {
  OptionDescription,
  OptionValue,
  StrategyDescription,
  StrategyId,
  StrategyOptions,
} from '../../../shared/strategy'
import type { RecipeChanges } from '../../lib/routes'
import { fieldsOf, type NumberField } from '../../lib/strategy-fields'

/** The settings on the form: all that the strategy has, or those that everyone should see. */
export function formFieldsOf(strategy: StrategyId, advanced: boolean): readonly NumberField[] {
  const fields = fieldsOf(strategy)
  return advanced ? fields : fields.filter((field) => plainFields.includes(field))
}

const plainFields: readonly NumberField[] = ['epochs', 'maxLength', 'seed']

/** Options without which a strategy is hardly itself: they are not kept for the advanced. */
const plainOptions: Partial<Record<StrategyId, readonly string[]>> = { dictionary: ['predictor', 'wordList'] }

/** Options that mean something only beside a certain value of another. */
const conditions: Readonly<Record<string, { option: string; holds(value: OptionValue): boolean }>> = {
  initialText: { option: 'initialization', holds: (value) => value === 'text' },
  hiddenWidth: { option: 'reparameterized', holds: (value) => value === true },
  dictionarySource: { option: 'wordList', holds: (value) => value !== '' },
}

/** Those on the form, as the values chosen so far make them meaningful. */
export function optionsOf(
  { id, options }: StrategyDescription,
  chosen: StrategyOptions,
  advanced: boolean,
): readonly OptionDescription[] {
  const means = ({ name }: OptionDescription) => {
    const condition = conditions[name]
    const other = options.find((option) => option.name === condition?.option)
    return condition === undefined || other === undefined || condition.holds(chosen[other.name] ?? other.value)
  }
  return options.filter((option) => means(option) && (advanced || plainOptions[id]?.includes(option.name) === true))
}

/** What stays when another strategy is chosen: settings that mean the same to all of them. */
export function sharedChanges(changes: RecipeChanges): RecipeChanges {
  const { maxLength, seed, labelWeights, recomputeLayers, backend, template } = changes
  return {
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(seed === undefined ? {} : { seed }),
    ...(labelWeights === undefined ? {} : { labelWeights }),
    ...(recomputeLayers === undefined ? {} : { recomputeLayers }),
    ...(backend === undefined ? {} : { backend }),
    ...(template === undefined ? {} : { template }),
  }
}
