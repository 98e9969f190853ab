/** What runs, quotes and exports need to know of data sets and models. */
import type { Dataset } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import type { Model } from '../../shared/model'
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
}

export function labelsOf(dataset: Dataset): string[] {
  return dataset.labels.map(({ label }) => label)
}

export function materialOf(library: Library, dataset: Dataset, model: Model): Material {
  return { modelFolder: model.folder, rowsFile: library.rowsFile(dataset.id), labels: labelsOf(dataset) }
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
