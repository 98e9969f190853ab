/** fino.json: what an export needs to be used again and what other tools have no place for. */
import { z } from 'zod'
import { Failure } from '../../../shared/failure'
import { problemSchema } from '../../../shared/problem'
import { exportFormatSchema, strategyIdSchema, strategyOptionsSchema } from '../../../shared/strategy'
import { type FolderReader, readJson } from './folder'

export const noteFile = 'fino.json'

const noteSchema = z.object({
  version: z.literal(2),
  format: exportFormatSchema,
  strategy: strategyIdSchema,
  options: strategyOptionsSchema,
  problem: problemSchema,
  /** Longest input in tokens. */
  maxLength: z.number().int().positive(),
  /** The base model: by what name or folder to load it, and its content hash. */
  base: z.object({ name: z.string(), sha256: z.string() }),
})
export type ExportNote = z.infer<typeof noteSchema>

/** Null where the folder has none, as those of other tools. Throws `model-malformed`. */
export async function readNote(folder: FolderReader): Promise<ExportNote | null> {
  if (!(await folder.list()).some(({ name }) => name === noteFile)) return null
  const json = await readJson(folder, noteFile)
  const note = noteSchema.safeParse(json.version === 1 ? secondVersion(json) : json)
  if (note.success) return note.data
  const wrong = note.error.issues.map(({ path }) => path.join('.') || 'all of it')
  throw new Failure(
    'model-malformed',
    `${noteFile} is damaged (${[...new Set(wrong)].join(', ')}). Export the run again.`,
  )
}

/** The first version knew classes alone, and left the options to the other files. */
function secondVersion({ labels, ...kept }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...kept, version: 2, options: {}, problem: { kind: 'single-label', labels } }
}
