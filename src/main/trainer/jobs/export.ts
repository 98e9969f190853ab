/** Writes an export, reads it back from disk with a freshly built model, and certifies that it scores the same. */
import { copyFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatasetRow } from '../../../shared/dataset'
import { outputsOf } from '../../../shared/problem'
import type { Certificate, Metrics } from '../../../shared/result'
import type { ExportFormat } from '../../../shared/strategy'
import { startBackend } from '../../devices/start-backend'
import { encodeExport } from '../../engine/formats/exported'
import { inspectModel } from '../../engine/formats/hugging-face'
import { loaderSnippet } from '../../engine/formats/loader-snippet'
import { modelCard } from '../../engine/formats/model-card'
import { strategyOf } from '../../engine/strategies/index'
import { objectiveOf } from '../../engine/training/objectives/index'
import { writeFolderAtomically } from '../../files/write-atomically'
import { tokenizerFiles } from '../tokenizer'
import { certify, folderBytes, refuseMismatch } from './certificate'
import type { Job, JobContext } from './context'
import { exportDictionary } from './dictionary'
import { encodeAll } from './load'
import { hashFiles, openModelFolder } from './model-folder'
import { logitsOf, measureAll, type OpenedModel, openExported, openTrained } from './open-trained'
import { readRows, rowsOf } from './rows'

/** A language model has a logit for every token of the vocabulary at every place: one text's first places are compared. */
const comparedTokens = 64

export const exportRun: Job<'export'> = async (input, context) => {
  const { trained, rowsFile, folder, card } = input
  const { recipe, problem, modelFolder } = trained
  const { strategy, options } = recipe
  if (strategy === 'dictionary') return await exportDictionary(input, context)
  await startBackend(recipe.backend)
  const test = rowsOf(await readRows(rowsFile), 'test')
  const { weightFiles } = await inspectModel(await openModelFolder(modelFolder))
  const base = { name: card.baseReference, sha256: await hashFiles(modelFolder, weightFiles) }

  const opened = await openTrained(trained)
  const { config, model, tokenizer, maxLength } = opened
  const { exportFormats } = strategyOf(strategy).describe(config, outputsOf(problem), options)
  const format = input.format ?? (exportFormats[0] as ExportFormat)
  const source = { strategy, options, problem, base, format }
  let asTrained: Answers
  let content: Awaited<ReturnType<typeof encodeExport>>
  try {
    asTrained = await answersOf(opened, test, context)
    content = await encodeExport({ ...source, model, config, maxLength, paddingId: tokenizer.paddingId })
  } finally {
    model.dispose()
  }

  const facts = { format, problem, maxLength, baseModel: modelFolder, strategy, options }
  const readme = modelCard({ ...facts, ...card, recipe: { ...recipe, maxLength } })
  let certificate: Certificate | null = null
  await writeFolderAtomically(
    folder,
    async (temporary) => {
      for (const [name, bytes] of Object.entries(content)) await writeFile(join(temporary, name), bytes)
      await writeFile(join(temporary, 'README.md'), readme)
      for (const name of await tokenizerFilesIn(modelFolder)) {
        await copyFile(join(modelFolder, name), join(temporary, name))
      }
      const asExported = await askExport(temporary, modelFolder, test, context)
      certificate = certify(asTrained.logits, asExported.logits, card.result.test, asExported.metrics)
      refuseMismatch(certificate, folder, "Check that the base model's files are those it was trained on.")
    },
    { neededBytes: Object.values(content).reduce((sum, bytes) => sum + bytes.byteLength, 0) },
  )
  if (!certificate) throw new Error('the export was written without a certificate')
  return { format, byteLength: await folderBytes(folder), certificate, snippet: loaderSnippet(facts) }
}

interface Answers {
  readonly logits: Float32Array
  readonly metrics: Metrics
}

async function answersOf(opened: OpenedModel, rows: readonly DatasetRow[], context: JobContext): Promise<Answers> {
  const objective = objectiveOf(opened.problem)
  const { examples } = await encodeAll(objective, opened, rows, context)
  const measured = await measureAll(opened, examples, context)
  const written = opened.problem.kind === 'instruction' ? examples[0] : undefined
  const logits = written ? await logitsOf(opened, written, comparedTokens) : measured
  return { logits, metrics: objective.score(measured, examples) }
}

async function askExport(
  folder: string,
  modelFolder: string,
  rows: readonly DatasetRow[],
  context: JobContext,
): Promise<Answers> {
  const opened = await openExported({ folder, modelFolder })
  try {
    return await answersOf(opened, rows, context)
  } finally {
    opened.model.dispose()
  }
}

async function tokenizerFilesIn(modelFolder: string): Promise<string[]> {
  const present = await readdir(modelFolder)
  return tokenizerFiles.filter((name) => present.includes(name))
}
