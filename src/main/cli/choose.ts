/** Finds what a person names on the command line: a data set or a file, a model by id or folder, a recipe. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import type { Dataset, ImportOptions, Task } from '../../shared/dataset'
import { taskSchema } from '../../shared/dataset'
import { Failure } from '../../shared/failure'
import { type RecipeRequest, recipeRequestSchema } from '../../shared/recipe'
import { type OptionDescription, type OptionValue, strategyIds } from '../../shared/strategy'
import type { Features } from '../application'

/** How a file is to be read, where that is not left to Fino. */
export type ReadFlags = Pick<ImportOptions, 'encoding' | 'delimiter'>

export interface ImportFlags extends ReadFlags {
  text?: string
  target?: string
  task?: string
  contextColumn?: string
  groupColumn?: string
  labelSeparator?: string
  name?: string
}

/** Of the recipe, what every way to train has. */
export interface LoopFlags {
  epochs?: number
  batchSize?: number
  accumulationSteps?: number
  maxLength?: number
  learningRate?: number
  weightDecay?: number
  warmupShare?: number
  clipNorm?: number
  patience?: number
  seed?: number
  recomputeLayers?: boolean
  backend?: string
}

export interface RecipeFlags extends ImportFlags, LoopFlags {
  model?: string
  strategy?: string
  labelWeights?: string
  template?: string
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
  const { text, target, task, contextColumn, groupColumn, labelSeparator, name, encoding, delimiter } = flags
  const options = {
    textColumn: text,
    targetColumn: target,
    task: task === undefined ? undefined : parseTask(task),
    ...{ contextColumn, groupColumn, labelSeparator, name, encoding, delimiter },
  }
  return features.datasets.import({ file: { kind: 'path', path: resolve(path) }, options: defined(options) })
}

/** A request from a data set, a file, or a recipe in JSON whose fields the flags override. */
export async function chooseRecipe(features: Features, given: string, flags: RecipeFlags): Promise<RecipeRequest> {
  if (given.endsWith('.json')) return recipeFromFile(features, given, flags)
  const { strategy } = flags
  if (strategy === undefined) throw usage(`--strategy is missing: ${strategyIds.join(', ')}`)
  // The dictionary learns from words alone.
  const model = flags.model ?? (strategy === 'dictionary' ? 'starter' : undefined)
  if (model === undefined) throw usage('--model is missing: starter, the id of a model, or a folder')
  return find(features, { fields: {}, dataset: given, model, importFlags: flags, flags })
}

/** Fields of a recipe, with `dataset` (an id or a file) and `model` (an id or a folder) where it has no ids. */
async function recipeFromFile(features: Features, file: string, flags: RecipeFlags): Promise<RecipeRequest> {
  const path = resolve(file)
  const { dataset, model, ...written } = await readRecipe(path)
  const { text, target, contextColumn, groupColumn, labelSeparator, ...fields } = written
  const relative = (name: string) => (isAbsolute(name) ? name : join(dirname(path), name))
  const nameOf = async (value: unknown, field: string): Promise<string> => {
    if (typeof value !== 'string') throw usage(`${basename(path)} has no ${field}`)
    return (await stat(relative(value)).catch(() => undefined)) === undefined ? value : relative(value)
  }
  const columns = { text, target, contextColumn, groupColumn, labelSeparator, task: fields.task }
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => typeof value === 'string'))
  const usualModel = fields.strategy === 'dictionary' ? 'starter' : undefined
  return find(features, {
    fields,
    dataset: await nameOf(fields.datasetId ?? dataset, 'dataset'),
    model: flags.model ?? (await nameOf(fields.modelId ?? model ?? usualModel, 'model')),
    importFlags: { ...given, ...flags },
    flags,
  })
}

async function find(
  features: Features,
  chosen: {
    fields: Record<string, unknown>
    dataset: string
    model: string
    importFlags: ImportFlags
    flags: RecipeFlags
  },
): Promise<RecipeRequest> {
  const { fields, dataset, model, importFlags, flags } = chosen
  const names = { datasetId: dataset, modelId: model }
  const options = flags.option?.map(parseOption)
  // Checked before anything is imported or added.
  const request = parseRequest({ ...fields, ...requestFromFlags(flags), ...names })
  const ids = {
    datasetId: (await chooseDataset(features, dataset, importFlags)).id,
    modelId: (await features.models.resolve(model)).id,
  }
  if (options === undefined) return { ...request, ...ids }
  const described = await features.recipes.describeStrategies(ids)
  const known = described.find(({ id }) => id === request.strategy)?.options ?? []
  const read = options.map(([name, text]) => [name, readOption(known, name, text)] as const)
  return { ...request, ...ids, options: { ...request.options, ...Object.fromEntries(read) } }
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
    `${path} is not a recipe: it must be a JSON object with dataset, model and strategy. Data in JSON is read by \`fino import\`.`,
    {
      path,
    },
  )
}

function requestFromFlags(flags: RecipeFlags): Partial<Record<keyof RecipeRequest, unknown>> {
  const { strategy, labelWeights, template } = flags
  return defined({ ...loopOf(flags), strategy, labelWeights, template })
}

/** The recipe's part in flags that may hold more. */
export function loopOf(flags: LoopFlags): { [Flag in keyof LoopFlags]: LoopFlags[Flag] | undefined } {
  const { epochs, batchSize, accumulationSteps, maxLength, learningRate, weightDecay, warmupShare } = flags
  const { clipNorm, patience, seed, recomputeLayers, backend } = flags
  return {
    ...{ epochs, batchSize, accumulationSteps, maxLength, learningRate, weightDecay, warmupShare },
    ...{ clipNorm, patience, seed, recomputeLayers, backend },
  }
}

function parseOption(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw usage(`--option takes NAME=VALUE, not "${text}"`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** "rank=8", "targets=query,value", "decomposed=true": read as the option's kind; what does not fit is refused later. */
function readOption(known: readonly OptionDescription[], name: string, text: string): OptionValue {
  switch (known.find((option) => option.name === name)?.kind) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'switch':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'several':
      return text === '' ? [] : text.split(',')
    default:
      return text
  }
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

/** Without what was not said. */
function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

export function usage(reason: string): Failure {
  return new Failure('usage', `${reason}.`)
}
