/** Where the files of a trained model lie: those of a run, or an export on disk. */
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure } from '../../shared/failure'
import type { Run } from '../../shared/run'
import type { Workspace } from '../files/workspace'
import type { Trained } from '../trainer/contract'
import { type Library, needsModel, refuseChangedBase } from './library'
import { starterId } from './models'

export interface TrainedModels {
  /** Fails with `run-state` where the run has no result, `not-found` where its base model is gone, `model-malformed` where it changed. */
  ofRun(run: Run): Promise<Extract<Trained, { kind: 'run' }>>
  ofExport(folder: string): Promise<Extract<Trained, { kind: 'export' }>>
}

export function createTrainedModels({
  workspace,
  library,
}: {
  workspace: Pick<Workspace, 'runs'>
  library: Library
}): TrainedModels {
  return {
    async ofRun(run) {
      if (run.result === null || (run.status !== 'finished' && run.status !== 'stopped')) {
        throw new Failure(
          'run-state',
          `The run "${run.name}" is ${run.status} and has no trained model to ask. ` +
            (run.resumable ? 'Resume it first.' : 'Choose a finished run.'),
          { runId: run.id, status: run.status },
        )
      }
      const model = await library.model(needsModel(run.recipe) ? run.recipe.modelId : starterId)
      if (needsModel(run.recipe)) refuseChangedBase(run, model)
      return {
        kind: 'run',
        runFolder: join(workspace.runs, run.id),
        recipe: run.recipe,
        modelFolder: model.folder,
        problem: run.problem,
      }
    },
    async ofExport(folder) {
      const path = resolve(folder)
      const found = await stat(path).catch(() => undefined)
      if (!found?.isDirectory()) {
        throw new Failure('file-missing', `There is no export folder ${path}. \`fino export\` writes one.`, { path })
      }
      return { kind: 'export', folder: path, modelFolder: await baseOf(path) }
    },
  }

  /**
   * The base model that a peft or features export was trained on, known by its contents; null where the export carries
   * the whole model. One that has only the name in common would answer at random, so it is refused.
   */
  async function baseOf(folder: string): Promise<string | null> {
    const adapter = await readJson(join(folder, 'adapter_config.json'))
    const features = await readJson(join(folder, 'classifier.json'))
    const wanted = adapter?.base_model_name_or_path ?? (features?.encoder as { name?: unknown } | undefined)?.name
    if (typeof wanted !== 'string') return null
    const { sha256 } = ((await readJson(join(folder, 'fino.json')))?.base ?? features?.encoder ?? {}) as {
      sha256?: unknown
    }
    const known = await library.models()
    const same = known.find(({ contentHash }) => contentHash === sha256)
    if (same !== undefined) return same.folder
    const changed = known.find((model) => [model.id, model.name, model.folder].includes(wanted))
    if (changed !== undefined && sha256 === undefined) return changed.folder
    if (changed === undefined && (await stat(wanted).catch(() => undefined))?.isDirectory()) return wanted
    throw new Failure(
      'model-missing',
      `The export in ${folder} needs its base model "${wanted}", which Fino does not have with those contents. ` +
        'Add its folder with `fino models add FOLDER` or in Models.',
      { folder, model: wanted },
    )
  }
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}
