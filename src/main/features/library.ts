/** What runs, quotes and exports need to know of data sets and models. */
import type { Dataset } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Model } from '../../shared/model'
import { defaultTemplate, type Problem } from '../../shared/problem'
import type { Recipe } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import type { Material } from '../trainer/contract'

export interface Library {
  /** Fails with `not-found`. */
  dataset(id: string): Promise<Dataset>
  /** Fails with `not-found`; `starter` is always there. */
  model(id: string): Promise<Model>
  models(): Promise<Model[]>
  /** The rows of a data set as it is split now. */
  rowsFile(datasetId: string): string
  /** The analyst's own words that a dictionary's recipe names; null where it names none. Fails with `not-found`. */
  wordListFile(recipe: Pick<Recipe, 'strategy' | 'options'>): string | null
}

/** What a model is to learn from this data. Fails with `target-constant` where there is nothing to learn. */
export function problemOf(dataset: Dataset, { template }: Pick<Recipe, 'template'>): Problem {
  const labels = dataset.labels.map(({ label }) => label)
  const { task, labelSeparator, numbers } = dataset
  switch (task) {
    case 'classification':
      return labelSeparator === null
        ? { kind: 'single-label', labels }
        : { kind: 'multi-label', labels, separator: labelSeparator }
    case 'regression':
      if (numbers === null || !(numbers.deviation > 0)) {
        throw new Failure(
          'target-constant',
          `The numbers in "${dataset.targetColumn}" of ${dataset.name} are not known to differ in the training split. ` +
            'Import the file again, with a column whose numbers vary.',
          { datasetId: dataset.id },
        )
      }
      return { kind: 'regression', mean: numbers.mean, deviation: numbers.deviation }
    case 'instruction':
      return { kind: 'instruction', template: template ?? defaultTemplate }
    default:
      return task satisfies never
  }
}

export function materialOf(
  library: Library,
  { dataset, model, recipe }: { dataset: Dataset; model: Model; recipe: Recipe },
): Material {
  return {
    modelFolder: model.folder,
    rowsFile: library.rowsFile(dataset.id),
    problem: problemOf(dataset, recipe),
    wordListFile: library.wordListFile(recipe),
  }
}

/** The dictionary alone learns from words, without a base model. */
export function needsModel({ strategy }: Pick<Recipe, 'strategy'>): boolean {
  return strategy !== 'dictionary'
}

/** How a base is called in files that travel, where a folder of this machine says nothing. */
export function referenceOf({ source, folder }: Pick<Model, 'source' | 'folder'>): string {
  return source === 'starter' ? 'fino-starter' : folder
}

/** What a run has saved fits the base model that it started from alone. Fails with `model-malformed`. */
export function refuseChangedBase({ name, versions }: Run, { name: modelName, folder, contentHash }: Model): void {
  if (versions.baseModel === undefined || versions.baseModel === contentHash) return
  throw new Failure(
    'model-malformed',
    `The run "${name}" was trained on another version of ${modelName} than the one in ${folder} now. Put that version back, or train again.`,
    { folder },
  )
}
