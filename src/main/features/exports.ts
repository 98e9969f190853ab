/** Exports: files that others can load, read back and scored before they count as done. */
import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ExportRecord } from '../../shared/contract'
import { Failure } from '../../shared/failure'
import type { Run } from '../../shared/run'
import type { ExportFormat } from '../../shared/strategy'
import { freeFolder, slugOf } from '../files/free-folder'
import type { Workspace } from '../files/workspace'
import type { ExportStore } from '../store/exports'
import type { Trainer } from '../trainer/trainer'
import type { Library } from './library'
import { starterId } from './models'
import type { Recipes } from './recipes'
import type { TrainedModels } from './trained-models'

export interface Exports {
  /** Into `folder`, which must be new or empty, or into one under the workspace. */
  create(input: {
    runId: string
    folder?: string | undefined
    /** The strategy's default where it is absent. Fails with `strategy-unsupported` where the run cannot be written so. */
    format?: ExportFormat | undefined
  }): Promise<ExportRecord>
  /** What a run can be written as, the default first; nothing where the run made a model of its own. */
  formats(runId: string): Promise<ExportFormat[]>
  list(runId: string): ExportRecord[]
  /** Fails with `write-failed` where an export into this folder would be refused. */
  checkFolder(folder: string): Promise<void>
}

export function createExports({
  workspace,
  store,
  trainer,
  library,
  recipes,
  trainedModels,
  run: runById,
}: {
  workspace: Pick<Workspace, 'exports'>
  store: ExportStore
  trainer: Pick<Trainer, 'run'>
  library: Library
  recipes: Pick<Recipes, 'describeRun'>
  trainedModels: TrainedModels
  run: (id: string) => Run
}): Exports {
  const formatsOf = async (run: Run) => (await recipes.describeRun(run)).exportFormats

  async function refuseOtherFormats(run: Run, format: ExportFormat): Promise<void> {
    const formats = await formatsOf(run)
    if (formats.includes(format)) return
    throw new Failure(
      'strategy-unsupported',
      `The run "${run.name}" (${run.recipe.strategy}) cannot be written as ${format}. Choose ${formats.join(' or ')}.`,
      { runId: run.id, format },
    )
  }

  return {
    async create({ runId, folder: chosen, format: wanted }) {
      const run = runById(runId)
      const trained = await trainedModels.ofRun(run)
      if (wanted !== undefined) await refuseOtherFormats(run, wanted)
      if (run.result === null) throw new Error(`the run ${runId} passed as trained and has no result`)
      const folder =
        chosen === undefined
          ? await freeFolder(join(workspace.exports, `${slugOf(run.name) || 'run'}-${run.id}`))
          : resolve(chosen)
      await refuseFilledFolder(folder)
      const dataset = await library.dataset(run.recipe.datasetId)
      const createdAt = new Date().toISOString()
      const { format, byteLength, certificate, snippet } = await trainer.run('export', {
        trained,
        rowsFile: library.rowsFile(dataset.id),
        folder,
        ...(wanted === undefined ? {} : { format: wanted }),
        card: {
          runName: run.name,
          datasetName: run.datasetName,
          datasetRows: dataset.rows,
          splits: dataset.splits,
          baseModelName: run.modelName,
          baseReference: run.recipe.modelId === starterId ? 'fino-starter' : trained.modelFolder,
          result: run.result,
          createdAt,
        },
      })
      const record = { id: randomUUID(), runId, format, folder, byteLength, certificate, snippet, createdAt }
      store.insert(record)
      return record
    },
    formats: async (runId) => (runById(runId).adaptation === null ? formatsOf(runById(runId)) : []),
    list: (runId) => store.list(runById(runId).id),
    checkFolder: refuseFilledFolder,
  }
}

/** Fails with `write-failed` where something is there already. */
export async function refuseFilledFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  if (found.isDirectory() && (await readdir(folder)).length === 0) return
  const what = found.isDirectory() ? 'holds files already' : 'is a file'
  throw new Failure('write-failed', `${folder} ${what}. Choose a new or an empty folder.`, { folder })
}
