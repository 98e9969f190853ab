/** Adapts a model to texts: measures it, learns from the texts, measures again, and writes the new model as a folder. */
import { copyFile, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DatasetRow } from '../../../shared/dataset'
import { Failure } from '../../../shared/failure'
import type { Metrics } from '../../../shared/result'
import { keptOutputsLimitBytes } from '../../../shared/run'
import { startBackend } from '../../devices/start-backend'
import { textLengths } from '../../engine/data/batches'
import { choosePaddedLengths } from '../../engine/data/padded-lengths'
import { adaptedCard } from '../../engine/formats/adapted-card'
import { downloadArrays } from '../../engine/formats/arrays'
import type { FolderContent } from '../../engine/formats/folder'
import { toHuggingFace } from '../../engine/formats/hugging-face'
import { evaluate } from '../../engine/training/evaluate'
import { createMemoryStore } from '../../engine/training/kept-values'
import { objectiveOf } from '../../engine/training/objectives/index'
import { writeFolderAtomically } from '../../files/write-atomically'
import type { Material } from '../contract'
import { tokenizerFiles } from '../tokenizer'
import type { Job } from './context'
import { type Drive, startDrive } from './drive'
import { encodeAll, type LoadedModel, loadLanguageModel } from './load'

/** Of the loss read back from the files, relative to it: rounding of another order of sums alone. */
const lossTolerance = 1e-4

export const adaptModel: Job<'adapt'> = async (input, context) => {
  const { material, recipe, folder, card } = input
  const { batchSize } = { ...recipe, ...input.step }
  const { problem, modelFolder } = material
  const drive = await startDrive(input, context)
  const backend = await startBackend(recipe.backend)
  const loaded = await loadLanguageModel(modelFolder, recipe)
  const { head, maxLength } = loaded
  const measure = (model: LoadedModel, phase: 'evaluating' | 'finalizing') =>
    measureTexts(model, material, { texts: drive.split.validation, batchSize, phase, drive })
  let naive: Metrics
  let driven: Awaited<ReturnType<Drive['train']>>
  let content: FolderContent
  try {
    const startedAt = performance.now()
    naive = await measure(loaded, 'evaluating')
    const seconds = (performance.now() - startedAt) / 1000
    drive.tell({ kind: 'evaluation', evaluation: { step: 0, epoch: 0, metrics: naive }, best: false, seconds })
    driven = await drive.train(loaded, problem, createMemoryStore(keptOutputsLimitBytes))
    content = toHuggingFace(
      loaded.config,
      await downloadArrays(loaded.model.weights),
      problem,
      loaded.tokenizer.paddingId,
    )
  } finally {
    loaded.model.dispose()
  }

  const { validation } = driven.report
  const facts = { ...card, recipe: { ...recipe, maxLength }, problem, head, before: naive, after: validation }
  let test: Metrics | null = null
  await writeFolderAtomically(
    folder,
    async (temporary) => {
      for (const [name, bytes] of Object.entries(content)) await writeFile(join(temporary, name), bytes)
      await writeFile(join(temporary, 'README.md'), adaptedCard({ ...facts, ...driven.result() }))
      const present = await readdir(modelFolder)
      for (const name of tokenizerFiles.filter((file) => present.includes(file))) {
        await copyFile(join(modelFolder, name), join(temporary, name))
      }
      const written = await loadLanguageModel(temporary, recipe)
      try {
        test = await measure(written, 'finalizing')
      } finally {
        written.model.dispose()
      }
      refuseOther(validation, test, folder)
    },
    { neededBytes: Object.values(content).reduce((sum, bytes) => sum + bytes.byteLength, 0) },
  )
  if (!test) throw new Error('the model was written without being read back')
  await driven.close()
  const { id, device, versions } = backend
  const result = { ...driven.result(), test, naive, leftOutTexts: driven.leftOutTexts }
  return { result, head, backend: id, device, versions }
}

/** The same pieces are foreseen every time: see the objective. */
async function measureTexts(
  loaded: LoadedModel,
  { problem }: Pick<Material, 'problem'>,
  {
    texts,
    batchSize,
    phase,
    drive,
  }: { texts: readonly DatasetRow[]; batchSize: number; phase: 'evaluating' | 'finalizing'; drive: Drive },
): Promise<Metrics> {
  const objective = objectiveOf(problem)
  const { model, tokenizer, maxLength } = loaded
  const { examples } = await encodeAll(objective, loaded, texts, { breathe: () => drive.between(phase, 0, 1) })
  const lengths = choosePaddedLengths(textLengths(examples), maxLength)
  const work = evaluate(model, objective, { examples, paddingId: tokenizer.paddingId, batchSize, lengths })
  let next = await work.next()
  while (!next.done) {
    await drive.between(phase, next.value.done, next.value.total)
    next = await work.next()
  }
  return objective.score(next.value, examples)
}

function refuseOther(trained: Metrics, written: Metrics, folder: string): void {
  if (Math.abs(trained.loss - written.loss) <= lossTolerance * Math.max(1, trained.loss)) return
  throw new Failure(
    'export-mismatch',
    `The new model read back from its files foresees otherwise than as it was trained: its loss is ${written.loss.toPrecision(4)} instead of ${trained.loss.toPrecision(4)}. Nothing was written to ${basename(folder)}. Resume the run to write it again.`,
    { trained: trained.loss, written: written.loss },
  )
}
