/** A trained classifier from disk: a run's best checkpoint on its base model, or an exported folder. */
import { Failure } from '../../../shared/failure'
import type { Tokenizer } from '../../engine/data/encode'
import { openExport } from '../../engine/formats/exported'
import type { Classifier } from '../../engine/models/classifier'
import type { EncoderConfig } from '../../engine/models/config'
import { assignParameters } from '../../engine/training/best'
import { decodeParameters } from '../../engine/training/checkpoint'
import { computeLogits } from '../../engine/training/evaluate'
import { readBestParameters } from '../checkpoint-files'
import type { Trained } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { JobContext } from './context'
import { encodeAll, finish, loadClassifier } from './load'
import { naming, openModelFolder } from './model-folder'

export interface OpenedClassifier {
  readonly config: EncoderConfig
  /** The caller disposes of it. */
  readonly classifier: Classifier
  readonly tokenizer: Tokenizer
  readonly labels: readonly string[]
  readonly maxLength: number
}

/** Fails with `checkpoint-malformed`, `model-missing` or `model-malformed`. The backend must have been started. */
export async function openTrained(trained: Trained): Promise<OpenedClassifier> {
  if (trained.kind === 'export') return await openExported(trained.folder, trained.modelFolder)
  const { modelFolder, labels, recipe, runFolder } = trained
  const bytes = await readBestParameters(runFolder)
  const loaded = await loadClassifier(modelFolder, labels, recipe)
  try {
    assignParameters(loaded.classifier.parameters, decodeParameters(bytes, loaded.classifier.parameters))
  } catch (thrown) {
    loaded.classifier.dispose()
    throw thrown
  }
  return { ...loaded, labels }
}

/** Reads what an export wrote, from disk alone. */
export async function openExported(folder: string, modelFolder: string | null): Promise<OpenedClassifier> {
  const base = modelFolder === null ? null : await openModelFolder(modelFolder)
  const opened = await naming(folder, async () => openExport(await openModelFolder(folder), base))
  const { classifier, config, labels, maxLength } = opened
  try {
    return { classifier, config, tokenizer: await loadTokenizer(folder, config), labels, maxLength }
  } catch (thrown) {
    classifier.dispose()
    throw thrown
  }
}

const batchSize = 16

/** Logits of each text, [texts * classes], in order. */
export async function askAll(
  { classifier, tokenizer, maxLength }: OpenedClassifier,
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
  return await finish(computeLogits(classifier, inputs), context, (done, total) => {
    if (context.stop.requested) throw new Failure('cancelled', 'It was cancelled.')
    context.counted(done, total)
  })
}
