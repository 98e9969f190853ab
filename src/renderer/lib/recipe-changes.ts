/** What a person changed against the preset, and the same run as a command. */
import type { Recipe, RecipeRequest } from '../../shared/recipe'
import type { OptionValue } from '../../shared/strategy'
import type { RecipeChanges } from './routes'

export type RecipeField = Exclude<keyof RecipeChanges, 'options'>

export interface RecipeDifference {
  /** A field of the recipe, or an option of the strategy. */
  field: RecipeField | 'option'
  option: string | null
  /** Null: the usual template. */
  preset: OptionValue | null
  value: OptionValue | null
}

/** In the order of the form. */
export const recipeFields = [
  'epochs',
  'batchSize',
  'accumulationSteps',
  'maxLength',
  'learningRate',
  'weightDecay',
  'warmupShare',
  'clipNorm',
  'patience',
  'seed',
  'labelWeights',
  'recomputeLayers',
  'backend',
  'template',
] as const satisfies readonly RecipeField[]

/** Fields and options whose value differs from the preset's, in the order of the form. */
export function recipeDifferences(preset: Recipe, recipe: Recipe): RecipeDifference[] {
  const differences: RecipeDifference[] = []
  for (const field of recipeFields) {
    if (preset[field] !== recipe[field]) {
      differences.push({ field, option: null, preset: preset[field], value: recipe[field] })
    }
  }
  for (const option of new Set([...Object.keys(preset.options), ...Object.keys(recipe.options)])) {
    const before = preset.options[option]
    const after = recipe.options[option]
    if (before === undefined || after === undefined || same(before, after)) continue
    differences.push({ field: 'option', option, preset: before, value: after })
  }
  return differences
}

/** The recipe that a run with these changes uses. */
export function withChanges(preset: Recipe, changes: RecipeChanges): Recipe {
  return { ...preset, ...changes, options: { ...preset.options, ...changes.options } }
}

/** The changes without those that say what the preset says anyway. */
export function onlyDifferent(preset: Recipe, changes: RecipeChanges): RecipeChanges {
  let kept: RecipeChanges = {}
  for (const { field, option, value } of recipeDifferences(preset, withChanges(preset, changes))) {
    kept = option === null ? { ...kept, [field]: value } : withOption(kept, option, value ?? undefined)
  }
  return kept
}

/** Sets or (with undefined) resets one field. */
export function withField<Field extends RecipeField>(
  changes: RecipeChanges,
  field: Field,
  value: RecipeChanges[Field] | undefined,
): RecipeChanges {
  const { [field]: _, ...rest } = changes
  return value === undefined ? rest : { ...rest, [field]: value }
}

/** Sets or (with undefined) resets one option of the strategy. */
export function withOption(changes: RecipeChanges, option: string, value: OptionValue | undefined): RecipeChanges {
  const { options: { [option]: _, ...others } = {}, ...rest } = changes
  const options = value === undefined ? others : { ...others, [option]: value }
  return Object.keys(options).length === 0 ? rest : { ...rest, options }
}

const flags: Readonly<
  Record<Exclude<keyof RecipeRequest, 'datasetId' | 'modelId' | 'strategy' | 'task' | 'options'>, string>
> = {
  epochs: '--epochs',
  batchSize: '--batch-size',
  accumulationSteps: '--accumulation-steps',
  maxLength: '--max-length',
  learningRate: '--learning-rate',
  weightDecay: '--weight-decay',
  warmupShare: '--warmup-share',
  clipNorm: '--clip-norm',
  patience: '--patience',
  seed: '--seed',
  labelWeights: '--label-weights',
  recomputeLayers: '--recompute-layers',
  backend: '--backend',
  template: '--template',
}

/** `fino train ...` for a request. The task is the data set's own. */
export function trainCommand({
  datasetId,
  modelId,
  strategy,
  task: _,
  options = {},
  ...fields
}: RecipeRequest): string {
  const words = ['fino train', quoted(datasetId)]
  if (strategy !== 'dictionary') words.push('--model', quoted(modelId))
  words.push('--strategy', strategy)
  words.push(...flagsOf(fields))
  for (const [name, value] of Object.entries(options)) words.push('--option', quoted(`${name}=${value}`))
  return words.join(' ')
}

/** `--epochs 3` and the like, for the fields that are set. */
export function flagsOf(fields: Partial<Record<keyof typeof flags, unknown>>): string[] {
  return Object.entries(flags).flatMap(([field, flag]) => {
    const value = fields[field as keyof typeof flags]
    if (value === undefined || value === null || value === false) return []
    return value === true ? [flag] : [flag, quoted(String(value))]
  })
}

/** A word for the shell; quoted where it must be. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function same(left: OptionValue, right: OptionValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
