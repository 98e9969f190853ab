/** Turns what a person chose into a complete recipe: the strategy's presets fill what was left out, and all is checked. */
import type { Settings } from '../../shared/contract'
import type { Dataset } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Model } from '../../shared/model'
import type { Problem } from '../../shared/problem'
import { type Recipe, type RecipeRequest, recipeSchema, usualMaxLength } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import {
  type Misfit,
  misfitRemedies,
  type OptionDescription,
  type OptionValue,
  type StrategyDescription,
  type StrategyId,
} from '../../shared/strategy'
import { reachOf } from '../quote/reach'
import type { Trainer } from '../trainer/trainer'
import { type Library, needsModel, problemOf } from './library'
import { starterId } from './models'

export interface Recipes {
  /** With the default options of each strategy, or those chosen for one of them. */
  describeStrategies(input: {
    modelId: string
    datasetId: string
    chosen?: Pick<Recipe, 'strategy' | 'options'> | undefined
  }): Promise<StrategyDescription[]>
  /** The strategy of a run with the options that it had. Fails with `not-found` where its base model is gone. */
  describeRun(run: Run): Promise<StrategyDescription>
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
  /** Kept by model, problem and options, so that a start or a changed setting does not wait for the probe that is under way. */
  const described = new Map<string, Promise<StrategyDescription[]>>()

  async function descriptionsOf(
    problem: Problem,
    model: Model,
    chosen?: Pick<Recipe, 'strategy' | 'options'>,
  ): Promise<StrategyDescription[]> {
    const key = JSON.stringify([model.folder, model.contentHash, problem, chosen])
    const known = described.get(key)
    if (known !== undefined) return known
    const asked = trainer.run('describe-strategies', {
      modelFolder: model.folder,
      problem,
      ...(chosen === undefined ? {} : { chosen }),
    })
    described.set(key, asked)
    asked.catch(() => described.delete(key))
    return asked
  }

  async function prepare(request: RecipeRequest): Promise<Prepared> {
    const [dataset, model] = await Promise.all([library.dataset(request.datasetId), library.model(request.modelId)])
    // A template changes nothing of what a strategy trains.
    const problem = problemOf(dataset, { template: null })
    const usual = ofStrategy(await descriptionsOf(problem, model), request.strategy)
    if (usual.misfit !== null) throw unsupported(usual.misfit, usual.id, { dataset, model })
    const recipe = resolveRecipe({ request, dataset, model, strategy: usual, settings: settings() })
    // Fails where the words that it names are gone.
    library.wordListFile(recipe)
    // Options decide how much trains.
    const { strategy: id, options } = recipe
    const strategy =
      request.options === undefined
        ? usual
        : ofStrategy(await descriptionsOf(problem, model, { strategy: id, options }), id)
    return { recipe, dataset, model, strategy }
  }

  return {
    async describeStrategies({ modelId, datasetId, chosen }) {
      const problem = problemOf(await library.dataset(datasetId), { template: null })
      return descriptionsOf(problem, await library.model(modelId), chosen)
    },
    async describeRun({ recipe, problem }) {
      const model = await library.model(needsModel(recipe) ? recipe.modelId : starterId)
      const described = await descriptionsOf(problem, model, { strategy: recipe.strategy, options: recipe.options })
      return ofStrategy(described, recipe.strategy)
    },
    resolve: async (request) => (await prepare(request)).recipe,
    prepare,
  }
}

/** Fails with `recipe-invalid`, naming the value and what would be right. */
export function resolveRecipe({
  request,
  dataset,
  model,
  strategy,
  settings,
}: Omit<Prepared, 'recipe'> & { request: RecipeRequest; settings: Settings }): Recipe {
  if (request.task !== undefined && request.task !== dataset.task) {
    throw invalid('task', request.task, `The data set ${dataset.name} was imported for ${dataset.task}`)
  }
  const { epochs, batchSize, learningRate, weightDecay, warmupShare } = strategy.preset
  const chosen = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
  const options = resolveOptions(strategy, request.options ?? {})
  const longest = longestText(strategy.id, options, model)
  const recipe = recipeSchema.safeParse({
    task: dataset.task,
    ...usual,
    ...{ epochs, batchSize, learningRate, weightDecay, warmupShare },
    maxLength: Math.min(usualMaxLength, longest),
    backend: settings.backend,
    template: null,
    ...chosen,
    options,
  })
  if (!recipe.success) {
    const [issue] = recipe.error.issues
    throw new Failure(
      'recipe-invalid',
      `The recipe's ${issue?.path.join('.') ?? 'content'} is not right: ${issue?.message ?? 'unknown reason'}.`,
    )
  }
  if (recipe.data.maxLength > longest) {
    const added = model.maximumLength - longest
    const besides = added === 0 ? '' : `, of which ${strategy.id} takes ${added}`
    throw invalid(
      'maxLength',
      recipe.data.maxLength,
      `${model.name} reads at most ${model.maximumLength} tokens${besides}; use ${longest} or fewer`,
    )
  }
  const unweighed = recipe.data.labelWeights === 'balanced' ? whyUnweighed(recipe.data, dataset) : null
  if (unweighed !== null) throw invalid('labelWeights', 'balanced', unweighed)
  return recipe.data
}

/** Why labels cannot weigh differently; null where they can. */
function whyUnweighed({ strategy, options }: Recipe, dataset: Dataset): string | null {
  if (problemOf(dataset, { template: null }).kind !== 'single-label') {
    return `labels are weighed where each text has exactly one, unlike in ${dataset.name}; use equal`
  }
  return strategy === 'dictionary' && options.predictor !== 'linear'
    ? `trees count every text once (predictor ${String(options.predictor)}); use the predictor linear, or equal weights`
    : null
}

/** In tokens. What a strategy puts before each text takes its place; a dictionary reads any text whole. */
function longestText(strategy: StrategyId, options: Recipe['options'], { layers, maximumLength }: Model): number {
  if (strategy === 'dictionary') return recipeSchema.shape.maxLength.maxValue ?? Number.POSITIVE_INFINITY
  return maximumLength - reachOf(strategy, options, layers).virtualTokens
}

function resolveOptions(strategy: StrategyDescription, chosen: Readonly<Record<string, OptionValue>>) {
  const known = new Map(strategy.options.map((option) => [option.name, option]))
  for (const [name, value] of Object.entries(chosen)) {
    const option = known.get(name)
    if (option === undefined) {
      const names = [...known.keys()].join(', ') || 'none'
      throw invalid(`options.${name}`, String(value), `${strategy.id} has no such option (it has: ${names})`)
    }
    const fault = faultOf(option, value)
    if (fault !== null) throw invalid(`options.${name}`, String(value), fault)
  }
  return { ...Object.fromEntries(strategy.options.map(({ name, value }) => [name, value])), ...chosen }
}

function faultOf(option: OptionDescription, value: OptionValue): string | null {
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
    case 'text':
      return typeof value === 'string' && value.length <= option.maximumLength
        ? null
        : `it must be a text of at most ${option.maximumLength} characters`
    case 'word-list':
      return typeof value === 'string' ? null : 'it must be the id of a word list, or empty'
    default:
      return option satisfies never
  }
}

function ofStrategy(described: readonly StrategyDescription[], id: StrategyId): StrategyDescription {
  const found = described.find((strategy) => strategy.id === id)
  if (found === undefined) throw new Error(`the worker describes no strategy ${id}`)
  return found
}

function unsupported(
  misfit: Misfit,
  strategy: StrategyId,
  { dataset, model }: { dataset: Dataset; model: Model },
): Failure {
  const place = `${strategy} for ${dataset.task} on ${model.name} (${model.architecture})`
  return new Failure('strategy-unsupported', `${place}: ${misfitRemedies[misfit]}`, {
    strategy,
    modelId: model.id,
    misfit,
  })
}

function invalid(field: string, value: string | number, reason: string): Failure {
  return new Failure('recipe-invalid', `${field} cannot be ${value}: ${reason}.`, { field, value })
}
