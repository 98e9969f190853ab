/** Turns what a person chose into a complete recipe: the strategy's presets fill what was left out, and all is checked. */
import type { Settings } from '../../shared/contract'
import type { Dataset } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Model } from '../../shared/model'
import { type Recipe, type RecipeRequest, recipeSchema } from '../../shared/recipe'
import type { OptionDescription, OptionValue, StrategyDescription } from '../../shared/strategy'
import type { Trainer } from '../trainer/trainer'
import { type Library, labelsOf } from './library'

export interface Recipes {
  describeStrategies(input: { modelId: string; datasetId: string }): Promise<StrategyDescription[]>
  resolve(request: RecipeRequest): Promise<Recipe>
  /** The recipe with what it was resolved against. */
  prepare(request: RecipeRequest): Promise<Prepared>
}

export interface Prepared {
  recipe: Recipe
  dataset: Dataset
  model: Model
  strategy: StrategyDescription
}

/** Texts are padded to their batch, so short ones cost nothing of this; longer ones lose their end. */
const usualMaxLength = 256
const usual = { accumulationSteps: 1, clipNorm: 1, patience: 3, seed: 42 }

export function createRecipes({
  library,
  trainer,
  settings,
}: {
  library: Library
  trainer: Pick<Trainer, 'run'>
  settings: () => Settings
}): Recipes {
  /** Kept by model and labels, so that a start or a changed setting does not wait for the probe that is under way. */
  const described = new Map<string, Promise<StrategyDescription[]>>()

  async function descriptionsOf(
    dataset: Dataset,
    model: Model,
    chosen?: Pick<Recipe, 'strategy' | 'options'>,
  ): Promise<StrategyDescription[]> {
    refuseOtherTasks(dataset)
    const labels = labelsOf(dataset)
    const key = JSON.stringify([model.folder, model.contentHash, labels, chosen])
    const known = described.get(key)
    if (known !== undefined) return known
    const asked = trainer.run('describe-strategies', {
      modelFolder: model.folder,
      labels,
      ...(chosen === undefined ? {} : { chosen }),
    })
    described.set(key, asked)
    asked.catch(() => described.delete(key))
    return asked
  }

  async function prepare(request: RecipeRequest): Promise<Prepared> {
    const [dataset, model] = await Promise.all([library.dataset(request.datasetId), library.model(request.modelId)])
    const find = (strategies: StrategyDescription[]) => strategies.find(({ id }) => id === request.strategy)
    const usual = find(await descriptionsOf(dataset, model))
    if (usual === undefined) {
      throw new Failure(
        'strategy-unsupported',
        `The strategy ${request.strategy} does not work with ${model.name}. Choose another strategy.`,
        { strategy: request.strategy, modelId: model.id },
      )
    }
    const recipe = resolveRecipe({ request, dataset, model, strategy: usual, settings: settings() })
    // Options decide how much trains.
    const { strategy: id, options } = recipe
    const strategy =
      request.options === undefined ? usual : find(await descriptionsOf(dataset, model, { strategy: id, options }))
    return { recipe, dataset, model, strategy: strategy ?? usual }
  }

  return {
    describeStrategies: async ({ modelId, datasetId }) =>
      descriptionsOf(await library.dataset(datasetId), await library.model(modelId)),
    resolve: async (request) => (await prepare(request)).recipe,
    prepare,
  }
}

/** Fails with `task-unsupported` or `recipe-invalid`, naming the value and what would be right. */
export function resolveRecipe({
  request,
  dataset,
  model,
  strategy,
  settings,
}: Omit<Prepared, 'recipe'> & { request: RecipeRequest; settings: Settings }): Recipe {
  refuseOtherTasks(dataset)
  if (request.task !== undefined && request.task !== dataset.task) {
    throw invalid('task', request.task, `The data set ${dataset.name} was imported for ${dataset.task}`)
  }
  const { epochs, batchSize, learningRate, weightDecay, warmupShare } = strategy.preset
  const chosen = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
  const recipe = recipeSchema.safeParse({
    task: dataset.task,
    ...usual,
    ...{ epochs, batchSize, learningRate, weightDecay, warmupShare },
    maxLength: Math.min(usualMaxLength, model.maximumLength),
    backend: settings.backend,
    ...chosen,
    options: resolveOptions(strategy, request.options ?? {}),
  })
  if (!recipe.success) {
    const [issue] = recipe.error.issues
    throw new Failure(
      'recipe-invalid',
      `The recipe's ${issue?.path.join('.') ?? 'content'} is not right: ${issue?.message ?? 'unknown reason'}.`,
    )
  }
  if (recipe.data.maxLength > model.maximumLength) {
    throw invalid(
      'maxLength',
      recipe.data.maxLength,
      `${model.name} reads at most ${model.maximumLength} tokens; use ${model.maximumLength} or fewer`,
    )
  }
  return recipe.data
}

function resolveOptions(strategy: StrategyDescription, chosen: Readonly<Record<string, OptionValue>>) {
  const known = new Map(strategy.options.map((option) => [option.name, option]))
  for (const [name, value] of Object.entries(chosen)) {
    const option = known.get(name)
    if (option === undefined) {
      const names = [...known.keys()].join(', ') || 'none'
      throw invalid(`options.${name}`, String(value), `${strategy.id} has no such option (it has: ${names})`)
    }
    const problem = problemOf(option, value)
    if (problem !== null) throw invalid(`options.${name}`, String(value), problem)
  }
  return { ...Object.fromEntries(strategy.options.map(({ name, value }) => [name, value])), ...chosen }
}

function problemOf(option: OptionDescription, value: OptionValue): string | null {
  switch (option.kind) {
    case 'number':
      return typeof value === 'number' && value >= option.minimum && value <= option.maximum
        ? null
        : `it must be a number from ${option.minimum} to ${option.maximum}`
    case 'choice':
      return typeof value === 'string' && option.choices.includes(value)
        ? null
        : `it must be one of ${option.choices.join(', ')}`
    case 'several':
      return Array.isArray(value) && value.length > 0 && value.every((item) => option.choices.includes(item))
        ? null
        : `it must be one or more of ${option.choices.join(', ')}`
    case 'switch':
      return typeof value === 'boolean' ? null : 'it must be true or false'
    default:
      return option satisfies never
  }
}

function refuseOtherTasks(dataset: Dataset): void {
  if (dataset.task === 'classification') return
  throw new Failure(
    'task-unsupported',
    `Fino trains classifiers so far; ${dataset.name} was imported for ${dataset.task}. ` +
      'Import the file again with a target column that holds a few labels and the task classification.',
    { datasetId: dataset.id, task: dataset.task },
  )
}

function invalid(field: string, value: string | number, reason: string): Failure {
  return new Failure('recipe-invalid', `${field} cannot be ${value}: ${reason}.`, { field, value })
}
