/** Base models and data from disk, ready for the engine. */
import { dispose } from '@tensorflow/tfjs-core'
import { outputsOf, type Problem } from '../../../shared/problem'
import type { Recipe } from '../../../shared/recipe'
import type { Counted, Encoded, TargetText, Tokenizer } from '../../engine/data/encode'
import { loadModel } from '../../engine/formats/hugging-face'
import type { ModelConfig } from '../../engine/models/config'
import { createAdaptedModel, createTunedModel } from '../../engine/models/create-tuned-model'
import { createLanguageModel } from '../../engine/models/language-model'
import { hasMaskedHead } from '../../engine/models/masked-head'
import type { TunedModel } from '../../engine/models/tuned-model'
import { createRandom } from '../../engine/random'
import type { Objective } from '../../engine/training/objectives/objective'
import { nothingFits } from '../../engine/training/train'
import { loadTokenizer } from '../tokenizer'
import type { JobContext } from './context'
import { naming, openModelFolder } from './model-folder'

export interface LoadedModel {
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  /** The caller disposes of it. */
  readonly model: TunedModel
  /** The recipe's length, within what the model can read. */
  readonly maxLength: number
}

/** Untrained, as a run starts: with a strategy's parameters, or to learn from texts alone. The backend must have been started. */
export async function loadTunedModel(
  modelFolder: string,
  problem: Problem,
  recipe: Pick<Recipe, 'strategy' | 'options' | 'seed' | 'maxLength'>,
): Promise<LoadedModel> {
  const { strategy, options, seed } = recipe
  if (problem.kind === 'language') return await loadLanguageModel(modelFolder, recipe)
  if (strategy === 'dictionary') throw new Error('the dictionary changes no model')
  return await load(modelFolder, recipe.maxLength, async ({ config, weights, tokenizer }) => {
    const { initialText } = options
    const initial = typeof initialText === 'string' ? await tokenizer.encodePlain([initialText]) : []
    return createTunedModel({
      config,
      weights,
      strategy,
      options,
      outputs: outputsOf(problem),
      random: createRandom(seed).fork('parameters'),
      initialTokenIds: [...(initial[0] ?? [])],
    })
  })
}

/** All of the model trains. `head` says whether the folder brought the one that foresees words. */
export async function loadLanguageModel(
  modelFolder: string,
  { seed, maxLength }: Pick<Recipe, 'seed' | 'maxLength'>,
): Promise<LoadedModel & { readonly head: 'kept' | 'new' }> {
  let head: 'kept' | 'new' = 'kept'
  const loaded = await load(modelFolder, maxLength, async ({ config, weights }) => {
    if (config.family === 'encoder' && !hasMaskedHead(config, weights)) head = 'new'
    return createLanguageModel({ config, weights, random: createRandom(seed).fork('parameters') })
  })
  return { ...loaded, head }
}

/** The language model as it lies in its folder. */
export async function loadBaseModel(modelFolder: string, maxLength: number): Promise<LoadedModel> {
  const untrained = { options: {}, outputs: null, random: createRandom(0) }
  return await load(modelFolder, maxLength, async ({ config, weights }) =>
    createAdaptedModel({ config, weights, ...untrained }, { parameters: [], constantDepth: 0 }),
  )
}

async function load(
  modelFolder: string,
  maxLength: number,
  create: (base: Awaited<ReturnType<typeof loadModel>> & { tokenizer: Tokenizer }) => Promise<TunedModel>,
): Promise<LoadedModel> {
  const { config, weights } = await naming(modelFolder, async () => loadModel(await openModelFolder(modelFolder)))
  let tokenizer: Tokenizer
  try {
    tokenizer = await loadTokenizer(modelFolder, config)
  } catch (thrown) {
    dispose(Object.values(weights))
    throw thrown
  }
  const model = await create({ config, weights, tokenizer })
  return { config, tokenizer, model, maxLength: Math.min(maxLength, model.maximumLength) }
}

/** Drives a counted work to its end, letting messages in between. */
export async function finish<Result>(
  work: AsyncGenerator<Counted, Result>,
  context: Pick<JobContext, 'breathe'>,
  counted: (done: number, total: number) => void = () => {},
): Promise<Result> {
  for (;;) {
    const next = await work.next()
    if (next.done) return next.value
    counted(next.value.done, next.value.total)
    await context.breathe()
  }
}

/** Fails with `recipe-invalid` where no text gives an example. */
export async function encodeAll(
  objective: Objective,
  { tokenizer, maxLength }: Pick<LoadedModel, 'tokenizer' | 'maxLength'>,
  texts: readonly TargetText[],
  context: Pick<JobContext, 'breathe'>,
): Promise<Encoded> {
  const encoded = await finish(objective.encode(tokenizer, texts, maxLength), context)
  if (encoded.examples.length === 0 && texts.length > 0) throw nothingFits(maxLength)
  return encoded
}
