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

const flags: Partial<Record<RecipeField, string>> = {
  epochs: '--epochs',
  batchSize: '--batch-size',
  maxLength: '--max-length',
  learningRate: '--learning-rate',
  seed: '--seed',
  backend: '--backend',
}

export interface TrainCommand {
  command: string
  /** The file that the command names, where flags cannot say everything; else null. */
  recipe: string | null
}

/** `fino train ...` for a request; through a recipe file where something has no flag of its own. */
export function trainCommand(request: RecipeRequest): TrainCommand {
  const { datasetId, modelId, strategy, ...changes } = request
  const { options = {}, ...fields } = changes
  const set = Object.entries(fields).filter(([, value]) => value !== undefined)
  const flagless = set.some(([field]) => !(field in flags))
  if (flagless || Object.values(options).some((value) => Array.isArray(value))) {
    return { command: 'fino train recipe.json', recipe: JSON.stringify(request, null, 2) }
  }
  const words = ['fino train', quoted(datasetId), '--model', quoted(modelId), '--strategy', strategy]
  for (const [field, value] of set) words.push(flags[field as RecipeField] ?? '', quoted(String(value)))
  for (const [name, value] of Object.entries(options)) words.push('--option', quoted(`${name}=${value}`))
  return { command: words.join(' '), recipe: null }
}

/** A word for the shell; quoted where it must be. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function same(left: OptionValue, right: OptionValue): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
