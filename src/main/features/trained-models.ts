/** Where the files of a trained model lie: those of a run, or an export on disk. */
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure } from '../../shared/failure'
import { type Problem, problemSchema } from '../../shared/problem'
import type { Run } from '../../shared/run'
import type { Workspace } from '../files/workspace'
import type { Trained } from '../trainer/contract'
import { type Library, needsModel, refuseChangedBase } from './library'
import { starterId } from './models'

export interface TrainedModels {
  /** Fails with `run-state` where the run has no result, `not-found` where its base model is gone, `model-malformed` where it changed. */
  ofRun(run: Run): Promise<Extract<Trained, { kind: 'run' }>>
  /**
   * Fails with `file-missing`, `model-missing` where the base model is not there, `task-unsupported` where a problem is
   * asked for and the export names its own.
   */
  ofExport(input: ExportToAsk): Promise<Extract<Trained, { kind: 'export' }>>
}

/** What the files of other tools may leave open. */
export interface ExportToAsk {
  folder: string
  /** Its base model; by default the one that it names by contents or name. */
  modelId?: string | undefined
  /** What its outputs mean, where no file says so. */
  problem?: Problem | undefined
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
      if (run.adaptation) {
        throw new Failure(
          'run-state',
          `"${run.name}" adapts a model to texts and answers nothing itself. Finetune the model that it made: ${run.adaptation.modelName}.`,
          { runId: run.id, modelId: run.adaptation.modelId },
        )
      }
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
    async ofExport({ folder, modelId, problem: asked }) {
      const path = resolve(folder)
      const found = await stat(path).catch(() => undefined)
      if (!found?.isDirectory()) {
        throw new Failure('file-missing', `There is no export folder ${path}. \`fino export\` writes one.`, { path })
      }
      const base = await baseOf(path)
      const named = problemSchema.safeParse((await readJson(join(path, 'fino.json')))?.problem).data
      if (named !== undefined && asked !== undefined) {
        throw new Failure(
          'task-unsupported',
          `The export in ${path} says itself what it answers. Leave out --labels and --task.`,
          { path },
        )
      }
      const problem = named ?? asked
      return {
        kind: 'export',
        folder: path,
        modelFolder:
          base === null ? null : modelId === undefined ? await find(base, path) : (await library.model(modelId)).folder,
        ...(problem === undefined ? {} : { problem }),
      }
    },
  }

  /** A model that has only the name in common would answer at random, so it is refused where contents are known. */
  async function find({ name, sha256 }: NamedBase, folder: string): Promise<string> {
    const known = await library.models()
    const same = known.find(({ contentHash }) => contentHash === sha256)
    if (same !== undefined) return same.folder
    const named = known.find((model) => [model.id, model.name, model.folder].some((own) => isSameName(own, name)))
    if (named !== undefined && sha256 === undefined) return named.folder
    if (named === undefined && (await stat(name).catch(() => undefined))?.isDirectory()) return name
    throw new Failure(
      'model-missing',
      `The export in ${folder} needs its base model "${name}", which Fino does not have with those contents. ` +
        'Add its folder with `fino models add FOLDER` or in Models.',
      { folder, model: name },
    )
  }
}

interface NamedBase {
  name: string
  sha256: unknown
}

/** What an export says of the base model that it was trained on; null where it carries the whole model or needs none. */
async function baseOf(folder: string): Promise<NamedBase | null> {
  const note = await readJson(join(folder, 'fino.json'))
  const adapter = await readJson(join(folder, 'adapter_config.json'))
  const features = await readJson(join(folder, 'classifier.json'))
  const encoder = (features?.encoder ?? {}) as { name?: unknown; sha256?: unknown }
  const base = (note?.base ?? encoder) as { name?: unknown; sha256?: unknown }
  // PEFT's name for it, AdapterHub's, and Fino's.
  const own = note?.format === 'fino' ? base.name : encoder.name
  const name = adapter?.base_model_name_or_path ?? adapter?.model_name ?? own
  return typeof name === 'string' ? { name, sha256: base.sha256 } : null
}

/** A name on a hub may have its owner in front. */
function isSameName(own: string, wanted: string): boolean {
  return own === wanted || own === wanted.split('/').at(-1)
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return undefined
  }
}
