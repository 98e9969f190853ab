/** Adapting a model to texts first: what is asked for, the same as a command, and the way on from its run. */
import type { AdaptationRequest, AdaptationTexts } from '../../shared/adaptation'
import type { Dataset, Preview } from '../../shared/dataset'
import type { FileReference } from '../../shared/file-reference'
import type { Run } from '../../shared/run'
import { flagsOf, quoted } from './recipe-changes'
import type { AdaptationDraft, RecipeChanges, Route } from './routes'

/** A file of one text a line has no columns to choose from. */
export function hasLines(file: FileReference): boolean {
  return file.kind !== 'example' && /\.txt$/i.test(file.kind === 'path' ? file.path : file.fileName)
}

/** As chosen; else named as the data set's own, else as suggested. */
export function textColumnOf(
  { columns, suggested }: Preview,
  draft: Pick<AdaptationDraft, 'text'>,
  dataset: Pick<Dataset, 'textColumn'>,
): string | null {
  const known = (name: string | undefined) => columns.find((column) => column.name === name)?.name
  return known(draft.text) ?? known(dataset.textColumn) ?? suggested.textColumn
}

/** Without the new model's name: that decides neither texts nor cost. Null while the texts are not chosen. */
export function requestOf(
  { source, file, changes = {} }: AdaptationDraft,
  { modelId, datasetId, textColumn }: { modelId: string; datasetId: string; textColumn: string | null },
): AdaptationRequest | null {
  const { options: _, template: __, labelWeights: ___, ...fields } = changes
  if (source !== 'file') return { modelId, source: { kind: 'dataset', datasetId }, ...fields }
  if (file === undefined || (textColumn === null && !hasLines(file))) return null
  const column = textColumn === null || hasLines(file) ? {} : { textColumn }
  return { modelId, source: { kind: 'file', file, ...column }, exceptDatasetIds: [datasetId], ...fields }
}

/** `fino adapt ...` for a request. */
export function adaptCommand({ modelId, source, exceptDatasetIds = [], name, ...fields }: AdaptationRequest): string {
  const words = ['fino adapt', quoted(source.kind === 'dataset' ? source.datasetId : pathOf(source.file))]
  words.push('--model', quoted(modelId))
  if (source.kind === 'file' && source.textColumn !== undefined) words.push('--text', quoted(source.textColumn))
  for (const id of exceptDatasetIds) words.push('--except', quoted(id))
  if (name !== undefined) words.push('--name', quoted(name))
  return [...words, ...flagsOf(fields)].join(' ')
}

/** Without its folder. */
export function fileNameOf(file: FileReference): string {
  const path = pathOf(file)
  return path.split(/[\\/]/).at(-1) ?? path
}

/** Of an upload only the name is known. */
function pathOf(file: FileReference): string {
  switch (file.kind) {
    case 'path':
      return file.path
    case 'upload':
      return file.fileName
    case 'example':
      return 'example'
    default:
      return file satisfies never
  }
}

export function leftOutOf({ leftOut }: AdaptationTexts): number {
  return leftOut.evaluation + leftOut.empty + leftOut.repeated
}

/** The settings that the panel shows, in its order. */
export const panelFields = [
  'epochs',
  'batchSize',
  'maxLength',
  'learningRate',
  'seed',
] as const satisfies readonly (keyof RecipeChanges)[]

/** From a finished adaptation to the finetuning of its model, on the data set that it was kept apart from where that is still there. */
export function finetuneRoute(
  { recipe, adaptation }: Run,
  model: string,
  datasets: readonly Pick<Dataset, 'id'>[],
): Route {
  const candidates = [recipe.datasetId, ...(adaptation?.exceptDatasets ?? []).map(({ id }) => id)]
  const dataset = candidates.find((id) => datasets.some((known) => known.id === id))
  return dataset === undefined
    ? { screen: 'new', step: 'data', draft: { model } }
    : { screen: 'new', step: 'strategy', draft: { dataset, model } }
}
