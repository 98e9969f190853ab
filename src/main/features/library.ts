/** What runs, quotes and exports need to know of data sets and models. */
import type { Dataset } from '../../shared/dataset'
import type { Model } from '../../shared/model'
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
