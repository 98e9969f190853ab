/** a trained model from disk: a run's best checkpoint on its base model, or an exported folder. */
import { Failure } from '../../../shared/failure'
import type { Tokenizer } from '../../engine/data/encode'
import { openExport } from '../../engine/formats/exported'
import type { EncoderConfig } from '../../engine/models/config'
import type { TunedModel } from '../../engine/models/tuned-model'
import { assignParameters } from '../../engine/training/best'
import { decodeParameters } from '../../engine/training/checkpoint'
import { computeLogits } from '../../engine/training/evaluate'
import { readBestParameters } from '../checkpoint-files'
import type { Trained } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { JobContext } from './context'
import { encodeAll, finish, loadTunedModel } from './load'
import { naming, openModelFolder } from './model-folder'

export interface OpenedModel {
  readonly config: EncoderConfig
  /** The caller disposes of it. */
  readonly model: TunedModel
  readonly tokenizer: Tokenizer
  readonly labels: readonly string[]
  readonly maxLength: number
}

/** Fails with `checkpoint-malformed`, `model-missing` or `model-malformed`. The backend must have been started. */
export async function openTrained(trained: Trained): Promise<OpenedModel> {
  if (trained.kind === 'export') return await openExported(trained.folder, trained.modelFolder)
  const { modelFolder, labels, recipe, runFolder } = trained
  const bytes = await readBestParameters(runFolder)
  const loaded = await loadTunedModel(modelFolder, labels, recipe)
  try {
    assignParameters(loaded.model.parameters, decodeParameters(bytes, loaded.model.parameters))
  } catch (thrown) {
    loaded.model.dispose()
    throw thrown
  }
  return { ...loaded, labels }
}

/** Reads what an export wrote, from disk alone. */
export async function openExported(folder: string, modelFolder: string | null): Promise<OpenedModel> {
  const base = modelFolder === null ? null : await openModelFolder(modelFolder)
  const opened = await naming(folder, async () => openExport(await openModelFolder(folder), base))
  const { model, config, labels, maxLength } = opened
  try {
    return { model, config, tokenizer: await loadTokenizer(folder, config), labels, maxLength }
  } catch (thrown) {
    model.dispose()
    throw thrown
  }
}

const batchSize = 16

/** Logits of each text, [texts * classes], in order. */
export async function askAll(
  { model, tokenizer, maxLength }: OpenedModel,
  texts: readonly string[],
  context: Pick<JobContext, 'breathe' | 'counted' | 'stop'>,
): Promise<Float32Array> {
  const examples = await encodeAll(
    tokenizer,
    texts.map((text) => ({ text, label: 0 })),
    maxLength,
    context,
  )
  const inputs = { examples, paddingId: tokenizer.paddingId, batchSize, maxLength }
  return await finish(computeLogits(model, inputs), context, (done, total) => {
    if (context.stop.requested) throw new Failure('cancelled', 'It was cancelled.')
    context.counted(done, total)
  })
}
