/** Adapting a model to texts before it is finetuned: which texts, with which recipe, at what cost; then a run like any other. */
import { resolve } from 'node:path'
import type { AdaptationPlan, AdaptationRequest } from '../../shared/adaptation'
import type { Settings } from '../../shared/contract'
import { Failure } from '../../shared/failure'
import { isDecoder, type Model } from '../../shared/model'
import type { Problem } from '../../shared/problem'
import { type Recipe, recipeSchema } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import type { Preset } from '../../shared/strategy'
import { refuseFilledFolder } from './exports'
import type { Library } from './library'
import type { Quoted } from './quoting'
import type { Runs } from './runs'
import type { TextQuotes } from './text-quotes'
import type { GatheredTexts, TextSources } from './text-sources'

export interface Adaptations {
  /** Nothing runs but the probe, where it is asked for, and nothing is kept. */
  quote(input: { request: AdaptationRequest; probe: boolean }): Promise<AdaptationPlan>
  /** Ends the probe of exactly this request: its `quote` fails with `cancelled`. */
  cancelQuote(input: { request: AdaptationRequest }): void
  start(input: { request: AdaptationRequest }): Promise<Run>
}

/** Texts are read whole more often than in a task: a shorter length is enough for most, and cheap. */
const usualLength = 128
const usual = { accumulationSteps: 1, clipNorm: 1, patience: 3, seed: 42 }

export function createAdaptations({
  library,
  textSources,
  quotes,
  runs,
  settings,
}: {
  library: Pick<Library, 'model'>
  textSources: TextSources
  quotes: TextQuotes
  runs: Pick<Runs, 'adapt'>
  settings: () => Settings
}): Adaptations {
  const probes = new Map<string, AbortController>()
  /** The last of each request, whatever the new model is to be called, so that a start repeats what was shown. */
  const given = new Map<string, Quoted>()

  async function prepare(request: AdaptationRequest) {
    const model = await library.model(request.modelId)
    const texts = await textSources.gather(request)
    const recipe = resolveRecipe(request, model, texts, settings())
    const objective = isDecoder(model.architecture) ? 'causal' : 'masked'
    const problem: Problem = { kind: 'language', objective }
    return { model, texts, recipe, problem }
  }

  async function quote(
    { model, texts, recipe, problem }: Awaited<ReturnType<typeof prepare>>,
    probe: AbortSignal | null,
  ): Promise<Quoted> {
    const material = { modelFolder: model.folder, rowsFile: texts.rowsFile, problem, wordListFile: null }
    return await quotes.quote({ model, recipe, material }, probe)
  }

  return {
    async quote({ request, probe }) {
      const key = JSON.stringify(request)
      const ending = new AbortController()
      if (probe) probes.set(key, ending)
      try {
        const prepared = await prepare(request)
        const quoted = await quote(prepared, probe ? ending.signal : null)
        given.set(costKey(request), quoted)
        return { recipe: prepared.recipe, texts: prepared.texts.texts, quote: quoted.quote }
      } finally {
        if (probes.get(key) === ending) probes.delete(key)
      }
    },
    cancelQuote: ({ request }) => probes.get(JSON.stringify(request))?.abort(),
    async start({ request }) {
      const folder = request.folder === undefined ? undefined : resolve(request.folder)
      if (folder !== undefined) await refuseFilledFolder(folder)
      const prepared = await prepare(request)
      const { model, recipe, problem } = prepared
      const { texts, sourceName, textColumn, exceptDatasets, rowsFile } = prepared.texts
      const quoted = given.get(costKey(request)) ?? (await quote(prepared, null))
      const modelName = request.name ?? `${model.name} · ${sourceName}`
      const adaptation = { sourceName, textColumn, exceptDatasets, texts, modelName }
      return runs.adapt({ recipe, model, problem, adaptation, folder, rowsFile, quoted })
    },
  }
}

function costKey({ name: _name, folder: _folder, ...request }: AdaptationRequest): string {
  return JSON.stringify(request)
}

/** As pretraining goes: larger steps the smaller the model, many passes over few texts. */
function presetFor({ width }: Model, { training }: GatheredTexts['texts']): Preset {
  const learningRate = Number((1e-4 * (768 / width) ** 0.5).toPrecision(1))
  const epochs = training < 5000 ? 10 : training < 50_000 ? 5 : 2
  return { epochs, batchSize: 32, learningRate, weightDecay: 0.01, warmupShare: 0.1 }
}

/** Fails with `recipe-invalid`, naming the value and what would be right. */
function resolveRecipe(request: AdaptationRequest, model: Model, texts: GatheredTexts, settings: Settings): Recipe {
  const { modelId, source: _source, exceptDatasetIds: _except, name: _name, folder: _folder, ...fields } = request
  const chosen = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const recipe = recipeSchema.safeParse({
    datasetId: texts.datasetId ?? '',
    modelId,
    task: 'adaptation',
    strategy: 'full',
    options: {},
    ...usual,
    ...presetFor(model, texts.texts),
    maxLength: Math.min(usualLength, model.maximumLength),
    backend: settings.backend,
    template: null,
    ...chosen,
  })
  if (!recipe.success) {
    const [issue] = recipe.error.issues
    throw new Failure(
      'recipe-invalid',
      `The recipe's ${issue?.path.join('.') ?? 'content'} is not right: ${issue?.message ?? 'unknown reason'}.`,
    )
  }
  if (recipe.data.maxLength > model.maximumLength) {
    throw new Failure(
      'recipe-invalid',
      `maxLength cannot be ${recipe.data.maxLength}: ${model.name} reads at most ${model.maximumLength} tokens; use ${model.maximumLength} or fewer.`,
      { field: 'maxLength', value: recipe.data.maxLength },
    )
  }
  return recipe.data
}
