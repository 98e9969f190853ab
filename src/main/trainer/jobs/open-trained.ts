/** A trained model from disk: a run's best checkpoint on its base model, an exported folder, or the base model itself. */
import { tidy } from '@tensorflow/tfjs-core'
import { Failure } from '../../../shared/failure'
import type { Problem } from '../../../shared/problem'
import { toTensors } from '../../engine/data/batch-tensors'
import { padBatch, textLengths } from '../../engine/data/batches'
import type { Example } from '../../engine/data/encode'
import { choosePaddedLengths } from '../../engine/data/padded-lengths'
import { openExport } from '../../engine/formats/exported'
import { assignParameters } from '../../engine/training/best'
import { decodeParameters } from '../../engine/training/checkpoint'
import { evaluate } from '../../engine/training/evaluate'
import { objectiveOf } from '../../engine/training/objectives/index'
import { readBestParameters } from '../checkpoint-files'
import type { Trained } from '../contract'
import { loadTokenizer } from '../tokenizer'
import type { JobContext } from './context'
import { finish, type LoadedModel, loadBaseModel, loadTunedModel } from './load'
import { naming, openModelFolder } from './model-folder'

export interface OpenedModel extends LoadedModel {
  readonly problem: Problem
}

/** Fails with `checkpoint-malformed`, `model-missing` or `model-malformed`. The backend must have been started. */
export async function openTrained(trained: Trained): Promise<OpenedModel> {
  switch (trained.kind) {
    case 'run':
      return await openRun(trained)
    case 'export':
      return await openExported(trained)
    case 'base':
      return { ...(await loadBaseModel(trained.modelFolder, trained.maxLength)), problem: trained.problem }
    default:
      return trained satisfies never
  }
}

async function openRun({
  runFolder,
  modelFolder,
  problem,
  recipe,
}: Extract<Trained, { kind: 'run' }>): Promise<OpenedModel> {
  const bytes = await readBestParameters(runFolder)
  const loaded = await loadTunedModel(modelFolder, problem, recipe)
  try {
    assignParameters(loaded.model.parameters, decodeParameters(bytes, loaded.model.parameters))
  } catch (thrown) {
    loaded.model.dispose()
    throw thrown
  }
  return { ...loaded, problem }
}

/** Reads what an export wrote, from disk alone. */
export async function openExported({
  folder,
  modelFolder,
  problem: asked,
}: Omit<Extract<Trained, { kind: 'export' }>, 'kind'>): Promise<OpenedModel> {
  const base = modelFolder === null ? null : await openModelFolder(modelFolder)
  const { model, config, problem, maxLength } = await naming(folder, async () =>
    openExport(await openModelFolder(folder), base, asked),
  )
  try {
    const tokenizer = await loadTokenizer(folder, config)
    return { model, config, tokenizer, problem, maxLength: Math.min(maxLength, model.maximumLength) }
  } catch (thrown) {
    model.dispose()
    throw thrown
  }
}

const batchSize = 16

/** What the problem's objective measures of each text, in order. */
export async function measureAll(
  { model, tokenizer, maxLength, problem }: OpenedModel,
  examples: readonly Example[],
  context: Pick<JobContext, 'breathe' | 'counted' | 'stop'>,
): Promise<Float32Array> {
  const lengths = choosePaddedLengths(textLengths(examples), maxLength)
  const inputs = { examples, paddingId: tokenizer.paddingId, batchSize, lengths }
  return await finish(evaluate(model, objectiveOf(problem), inputs), context, (done, total) => {
    leaveIfAsked(context)
    context.counted(done, total)
  })
}

/** Every logit of the first tokens of one text: [1, tokens, vocabulary] of a language model. */
export async function logitsOf(
  { model, tokenizer }: OpenedModel,
  example: Example,
  tokens: number,
): Promise<Float32Array> {
  const tokenIds = example.tokenIds.subarray(0, tokens)
  const plan = { rows: [0], time: tokenIds.length }
  const batch = padBatch([{ ...example, tokenIds }], plan, tokenizer.paddingId)
  const logits = tidy(() => model.logits(toTensors(batch), { training: false }))
  const values = (await logits.data()) as Float32Array
  logits.dispose()
  return values
}

export function leaveIfAsked({ stop }: Pick<JobContext, 'stop'>): void {
  if (stop.requested) throw new Failure('cancelled', 'It was cancelled.')
}
