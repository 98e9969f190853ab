/** fino.json: what an export needs to be used again and what other tools have no place for. */
import { Failure } from '../../../shared/failure'
import { type Problem, problemSchema } from '../../../shared/problem'
import {
  type ExportFormat,
  exportFormatSchema,
  type StrategyId,
  type StrategyOptions,
  strategyIdSchema,
  strategyOptionsSchema,
} from '../../../shared/strategy'
import { type FolderReader, readJson } from './folder'

export const noteFile = 'fino.json'

export interface ExportNote {
  readonly version: 2
  readonly format: ExportFormat
  readonly strategy: StrategyId
  readonly options: StrategyOptions
  readonly problem: Problem
  /** Longest input in tokens. */
  readonly maxLength: number
  /** The base model: by what name or folder to load it, and its content hash. */
  readonly base: { readonly name: string; readonly sha256: string }
}

/** Null where the folder has none, as those of other tools. Throws `model-malformed`. */
export async function readNote(folder: FolderReader): Promise<ExportNote | null> {
  if (!(await folder.list()).some(({ name }) => name === noteFile)) return null
  const found = await readJson(folder, noteFile)
  const json = found.version === 1 ? secondVersion(found) : found
  const wrong = Object.entries(fields).flatMap(([name, fits]) => (fits(json[name]) ? [] : [name]))
  if (wrong.length > 0)
    throw new Failure('model-malformed', `${noteFile} is damaged (${wrong.join(', ')}). Export the run again.`)
  return json as unknown as ExportNote
}

const fields: Readonly<Record<keyof ExportNote, (value: unknown) => boolean>> = {
  version: (value) => value === 2,
  format: (value) => exportFormatSchema.safeParse(value).success,
  strategy: (value) => strategyIdSchema.safeParse(value).success,
  options: (value) => strategyOptionsSchema.safeParse(value).success,
  problem: (value) => problemSchema.safeParse(value).success,
  maxLength: (value) => Number.isInteger(value) && Number(value) > 0,
  base: (value) => typeof Object(value).name === 'string',
}

/** The first version knew classes alone, and left the options to the other files. */
function secondVersion({ labels, ...kept }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...kept, version: 2, options: {}, problem: { kind: 'single-label', labels } }
}
