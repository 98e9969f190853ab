/** Writes an export, reads it back from disk with a freshly built model, and certifies that it scores the same. */
import { copyFile, readdir, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../../shared/failure'
import type { Certificate } from '../../../shared/result'
import { startBackend } from '../../devices/start-backend'
import { encodeExport } from '../../engine/formats/exported'
import { inspectModel } from '../../engine/formats/hugging-face'
import { loaderSnippet } from '../../engine/formats/loader-snippet'
import { modelCard } from '../../engine/formats/model-card'
import { readPooling } from '../../engine/strategies/feature-based'
import { strategyOf } from '../../engine/strategies/index'
import { scoreLogits } from '../../engine/training/metrics'
import { writeFolderAtomically } from '../../files/write-atomically'
import { tokenizerFiles } from '../tokenizer'
import type { Job, JobContext } from './context'
import { hashFiles, openModelFolder } from './model-folder'
import { askAll, openExported, openTrained } from './open-trained'
import { readRows, rowsOf, textsOf } from './rows'

/** Largest difference of a logit between the trained model and its export read back; float32 rounding alone. */
const logitTolerance = 1e-4

export const exportRun: Job<'export'> = async ({ trained, rowsFile, folder, card }, context) => {
  const { recipe, labels, modelFolder } = trained
  await startBackend(recipe.backend)
  const test = rowsOf(await readRows(rowsFile), 'test')
  const texts = textsOf(test, labels)
  const { weightFiles } = await inspectModel(await openModelFolder(modelFolder))
  const base = { name: card.baseReference, sha256: await hashFiles(modelFolder, weightFiles) }

  const opened = await openTrained(trained)
  const { config, model, maxLength } = opened
  let trainedLogits: Float32Array
  let content: Awaited<ReturnType<typeof encodeExport>>
  try {
    trainedLogits = await askAll(opened, testTexts(texts), context)
    const { strategy, options } = recipe
    content = await encodeExport({ model, config, strategy, options, labels, maxLength, base })
  } finally {
    model.dispose()
  }

  const { exportFormat: format } = strategyOf(recipe.strategy).describe(config, labels.length, recipe.options)
  const pooling = recipe.strategy === 'feature-based' ? readPooling(recipe.options) : 'cls'
  const facts = { format, labels, maxLength, baseModel: modelFolder, pooling }
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
      const exportedLogits = await askExport(temporary, modelFolder, testTexts(texts), context)
      const targets = texts.map(({ label }) => label)
      certificate = certify(trainedLogits, exportedLogits, {
        trainedAccuracy: card.result.test.accuracy,
        exportedAccuracy: scoreLogits(exportedLogits, targets, labels).accuracy,
        examples: texts.length,
      })
      if (!certificate.passed) throw mismatch(certificate, folder)
    },
    { neededBytes: Object.values(content).reduce((sum, bytes) => sum + bytes.byteLength, 0) },
  )
  if (!certificate) throw new Error('the export was written without a certificate')
  return { format, byteLength: await folderBytes(folder), certificate, snippet: loaderSnippet(facts) }
}

/** A row on the edge between two classes may fall to the other side on another backend: one is let pass. */
export function certify(
  trained: Float32Array,
  exported: Float32Array,
  scores: Pick<Certificate, 'trainedAccuracy' | 'exportedAccuracy' | 'examples'>,
): Certificate {
  const maximumLogitDifference = trained.reduce(
    (most, logit, at) => Math.max(most, Math.abs(logit - (exported[at] ?? Number.POSITIVE_INFINITY))),
    0,
  )
  const { trainedAccuracy, exportedAccuracy, examples } = scores
  const rowsApart = Math.round(Math.abs(trainedAccuracy - exportedAccuracy) * examples)
  const passed = maximumLogitDifference <= logitTolerance && rowsApart <= 1
  return { ...scores, maximumLogitDifference, passed }
}

async function askExport(
  folder: string,
  modelFolder: string,
  texts: readonly string[],
  context: JobContext,
): Promise<Float32Array> {
  const opened = await openExported(folder, modelFolder)
  try {
    return await askAll(opened, texts, context)
  } finally {
    opened.model.dispose()
  }
}

function mismatch(certificate: Certificate, folder: string): Failure {
  const { trainedAccuracy, exportedAccuracy, maximumLogitDifference } = certificate
  return new Failure(
    'export-mismatch',
    `The export read back does not answer as the trained model does: accuracy ${exportedAccuracy.toFixed(3)} instead of ${trainedAccuracy.toFixed(3)}, logits apart by up to ${maximumLogitDifference.toPrecision(2)}. Nothing was written to ${basename(folder)}. Check that the base model's files are those it was trained on.`,
    { trainedAccuracy, exportedAccuracy, maximumLogitDifference },
  )
}

async function tokenizerFilesIn(modelFolder: string): Promise<string[]> {
  const present = await readdir(modelFolder)
  return tokenizerFiles.filter((name) => present.includes(name))
}

async function folderBytes(folder: string): Promise<number> {
  let total = 0
  for (const name of await readdir(folder)) total += (await stat(join(folder, name))).size
  return total
}

function testTexts(texts: readonly { text: string }[]): string[] {
  return texts.map(({ text }) => text)
}
