/** Finds what a person names on the command line: a data set or a file, a model by id or folder, a recipe. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { Dataset, ImportOptions, Task } from '../../shared/dataset'
import { taskSchema } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { type RecipeRequest, recipeRequestSchema } from '../../shared/recipe'
import type { OptionValue } from '../../shared/strategy'
import type { Features } from '../application'

/** How a file is to be read, where that is not left to Fino. */
export type ReadFlags = Pick<ImportOptions, 'encoding' | 'delimiter'>

export interface ImportFlags extends ReadFlags {
  text?: string
  target?: string
  task?: string
  name?: string
}

export interface RecipeFlags extends ImportFlags {
  model?: string
  strategy?: string
  epochs?: number
  batchSize?: number
  maxLength?: number
  learningRate?: number
  seed?: number
  backend?: string
  option?: string[]
}

/** A data set by id, or else a file, which is imported; the same file with the same options is imported once. */
export async function chooseDataset(features: Features, given: string, flags: ImportFlags): Promise<Dataset> {
  const known = features.datasets.list().find(({ id }) => id === given)
  if (known !== undefined) return known
  const path = resolve(given)
  if ((await stat(path).catch(() => undefined)) === undefined) {
    throw new Failure('file-missing', `There is no file ${path} and no data set "${given}".`, { path })
  }
  return importFile(features, path, flags)
}

export function importFile(features: Features, path: string, flags: ImportFlags): Promise<Dataset> {
  const { text, target, task, name, encoding, delimiter } = flags
  return features.datasets.import({
    file: { kind: 'path', path: resolve(path) },
    options: {
      ...(text === undefined ? {} : { textColumn: text }),
      ...(target === undefined ? {} : { targetColumn: target }),
      ...(task === undefined ? {} : { task: parseTask(task) }),
      ...(name === undefined ? {} : { name }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(delimiter === undefined ? {} : { delimiter }),
    },
  })
}

/** A request from a data set, a file, or a recipe in JSON whose fields the flags override. */
export async function chooseRecipe(features: Features, given: string, flags: RecipeFlags): Promise<RecipeRequest> {
  if (given.endsWith('.json')) return recipeFromFile(features, given, flags)
  const { model, strategy } = flags
  if (model === undefined) throw usage('--model is missing: starter, the id of a model, or a folder')
  if (strategy === undefined) throw usage('--strategy is missing: feature-based, head-only, full or lora')
  // Checked before anything is imported or added.
  const request = parseRequest({ ...requestFromFlags(flags), datasetId: given, modelId: model })
  const dataset = await chooseDataset(features, given, flags)
  return { ...request, datasetId: dataset.id, modelId: (await features.models.resolve(model)).id }
}

/** Fields of a recipe, with `dataset` (an id or a file) and `model` (an id or a folder) where it has no ids. */
async function recipeFromFile(features: Features, file: string, flags: RecipeFlags): Promise<RecipeRequest> {
  const path = resolve(file)
  const written = await readRecipe(path)
  const { dataset, model, text, target, ...fields } = written
  const relative = (name: string) => (isAbsolute(name) ? name : join(dirname(path), name))
  const nameOf = async (value: unknown, field: string): Promise<string> => {
    if (typeof value !== 'string') throw usage(`${basename(path)} has no ${field}`)
    return (await stat(relative(value)).catch(() => undefined)) === undefined ? value : relative(value)
  }
  const importFlags = {
    ...(typeof text === 'string' ? { text } : {}),
    ...(typeof target === 'string' ? { target } : {}),
    ...flags,
  }
  const datasetName = await nameOf(fields.datasetId ?? dataset, 'dataset')
  const modelName = flags.model ?? (await nameOf(fields.modelId ?? model, 'model'))
  const request = parseRequest({ ...fields, ...requestFromFlags(flags), datasetId: datasetName, modelId: modelName })
  const data = await chooseDataset(features, datasetName, importFlags)
  return { ...request, datasetId: data.id, modelId: (await features.models.resolve(modelName)).id }
}

async function readRecipe(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure('file-missing', `There is no recipe ${path}.`, { path })
  })
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new Failure(
    'recipe-invalid',
    `${path} is not a recipe: it must be a JSON object with dataset, model and strategy.`,
    {
      path,
    },
  )
}

function requestFromFlags(flags: RecipeFlags): Partial<Record<keyof RecipeRequest, unknown>> {
  const { strategy, epochs, batchSize, maxLength, learningRate, seed, backend, option } = flags
  const options = option === undefined ? undefined : Object.fromEntries(option.map(parseOption))
  const all = { strategy, epochs, batchSize, maxLength, learningRate, seed, backend, options }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** "rank=8", "targets=query,value", "merged=true". */
function parseOption(text: string): [string, OptionValue] {
  const at = text.indexOf('=')
  if (at < 1) throw usage(`--option takes NAME=VALUE, not "${text}"`)
  const value = text.slice(at + 1)
  const name = text.slice(0, at)
  if (value === 'true' || value === 'false') return [name, value === 'true']
  if (value !== '' && Number.isFinite(Number(value))) return [name, Number(value)]
  return [name, value.includes(',') ? value.split(',') : value]
}

function parseRequest(fields: Record<string, unknown>): RecipeRequest {
  const parsed = recipeRequestSchema.strict().safeParse(fields)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') || 'recipe'
  throw new Failure('recipe-invalid', `${place}: ${issue?.message ?? 'not as expected'}.`, { field: place })
}

function parseTask(task: string): Task {
  const parsed = taskSchema.safeParse(task)
  if (parsed.success) return parsed.data
  throw usage(`--task must be classification, regression or instruction, not "${task}"`)
}

export function usage(reason: string): Failure {
  return new Failure('usage', `${reason}.`)
}
