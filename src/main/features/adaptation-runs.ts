/** What sets a run that adapts a model apart: texts of its own, what the worker is given, and the model that it makes. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Adaptation } from '../../shared/adaptation'
import type { Model, ModelOrigin } from '../../shared/model'
import type { Problem } from '../../shared/problem'
import type { Recipe } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import { freeFolder, slugOf } from '../files/free-folder'
import type { Workspace } from '../files/workspace'
import { quotedStep } from '../quote/micro-batch'
import type { NewRun, RunStore } from '../store/runs'
import type { AdaptOutput, Jobs } from '../trainer/contract'
import { type Library, referenceOf } from './library'
import type { Quoted } from './quoting'

export interface AdaptationToRun {
  recipe: Recipe
  model: Model
  problem: Problem
  adaptation: Omit<Adaptation, 'folder' | 'modelId' | 'head'>
  /** Where the new model is to lie; by default in the workspace. */
  folder?: string | undefined
  rowsFile: string
  quoted: Quoted
}

export interface AdaptationRuns {
  /** The texts become the run's own. */
  create(id: string, input: AdaptationToRun): Promise<Omit<NewRun, 'sessionId' | 'createdAt'>>
  inputOf(run: Run, options: { resume: boolean }): Promise<Jobs['adapt']['input']>
  /** Makes what the worker wrote a base model among the others. */
  keep(run: Run, folder: string, output: Pick<AdaptOutput, 'head'>): Promise<void>
}

export function createAdaptationRuns({
  workspace,
  store,
  library,
  addModel,
}: {
  workspace: Pick<Workspace, 'runs' | 'models'>
  store: Pick<RunStore, 'setAdaptation'>
  library: Pick<Library, 'model'>
  /** Makes a folder a base model. */
  addModel: (input: { folder: string; name: string; origin: ModelOrigin }) => Promise<Model>
}): AdaptationRuns {
  const textsOf = (id: string) => join(workspace.runs, id, 'texts.jsonl')

  return {
    async create(id, { recipe, model, problem, adaptation, folder, rowsFile }) {
      const { modelName, sourceName } = adaptation
      await mkdir(join(workspace.runs, id), { recursive: true })
      await copyFile(rowsFile, textsOf(id))
      const own = folder ?? join(workspace.models, `${slugOf(modelName) || 'model'}-${id}`)
      return {
        id,
        name: modelName,
        recipe,
        datasetName: sourceName,
        modelName: model.name,
        problem,
        adaptation: { ...adaptation, folder: own, modelId: null, head: null },
      }
    },
    async inputOf(run, { resume }) {
      const { id, recipe, problem, quote, createdAt } = run
      const { folder, modelId, modelName, sourceName, exceptDatasets, texts } = adaptationOf(run)
      const base = await library.model(recipe.modelId)
      const step = quote === null ? undefined : quotedStep(recipe, quote)
      return {
        material: { modelFolder: base.folder, rowsFile: textsOf(id), problem, wordListFile: null },
        recipe,
        runFolder: join(workspace.runs, id),
        resume,
        // One that a stopped run has made already stays as it is.
        folder: modelId === null ? folder : await freeFolder(folder),
        card: {
          modelName,
          baseModelName: base.name,
          baseReference: referenceOf(base),
          sourceName,
          exceptDatasets: exceptDatasets.map(({ name }) => name),
          texts,
          createdAt,
        },
        ...(step && { step }),
      }
    },
    async keep(run, folder, { head }) {
      const adaptation = adaptationOf(run)
      const { modelName, sourceName, texts } = adaptation
      const origin = { baseName: run.modelName, sourceName, texts: texts.training, folder }
      const { id: modelId } = await addModel({ folder, name: modelName, origin })
      store.setAdaptation(run.id, { ...adaptation, folder, modelId, head })
    },
  }
}

function adaptationOf({ id, adaptation }: Run): Adaptation {
  if (adaptation === null) throw new Error(`the run ${id} adapts no model`)
  return adaptation
}
