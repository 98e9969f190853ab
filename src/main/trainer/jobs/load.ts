/** Base models and data from disk, ready for the engine. */

import type { Recipe } from '../../../shared/recipe'
import { type Example, encode, type LabelledText, type Tokenizer } from '../../engine/data/encode'
import { loadModel } from '../../engine/formats/hugging-face'
import type { EncoderConfig } from '../../engine/models/config'
import { createTunedModel } from '../../engine/models/create-tuned-model'
import type { TunedModel } from '../../engine/models/tuned-model'
import { createRandom } from '../../engine/random'
import { loadTokenizer } from '../tokenizer'
import type { JobContext } from './context'
import { naming, openModelFolder } from './model-folder'

export interface LoadedTunedModel {
  readonly config: EncoderConfig
  readonly tokenizer: Tokenizer
  /** The caller disposes of it. */
  readonly model: TunedModel
  /** The recipe's length, within what the model can read. */
  readonly maxLength: number
}

/** Untrained, as a run starts. The backend must have been started. */
export async function loadTunedModel(
  modelFolder: string,
  labels: readonly string[],
  recipe: Pick<Recipe, 'strategy' | 'options' | 'seed' | 'maxLength'>,
): Promise<LoadedTunedModel> {
  const { config, weights } = await naming(modelFolder, async () => loadModel(await openModelFolder(modelFolder)))
  const tokenizer = await loadTokenizer(modelFolder, config)
  const { strategy, options, seed } = recipe
  const random = createRandom(seed).fork('parameters')
  const model = createTunedModel({ config, weights, strategy, options, classes: labels.length, random })
  return { config, tokenizer, model, maxLength: Math.min(recipe.maxLength, config.maximumLength) }
}

/** Drives a counted work to its end, letting messages in between. */
export async function finish<Result>(
  work: AsyncGenerator<{ done: number; total: number }, Result>,
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

export function encodeAll(
  tokenizer: Tokenizer,
  texts: readonly LabelledText[],
  maxLength: number,
  context: Pick<JobContext, 'breathe'>,
): Promise<Example[]> {
  return finish(encode(tokenizer, texts, maxLength), context)
}
