/** A folder of files, wherever it is: what reading a model needs of the world. */
import { Failure } from '../../../shared/failure'
import { decodeText } from './text'

export interface FolderReader {
  /** The files directly inside. */
  list(): Promise<readonly FolderFile[]>
  /** A whole file, or its bytes from `begin` up to `end`. */
  read(name: string, begin?: number, end?: number): Promise<Uint8Array>
}

export interface FolderFile {
  readonly name: string
  readonly byteLength: number
}

/** Files to be written into a folder: name -> bytes. */
export type FolderContent = Readonly<Record<string, Uint8Array>>

/** A whole file. Throws `model-malformed` where the folder does not have it. */
export async function readWhole(folder: FolderReader, name: string): Promise<Uint8Array> {
  const files = await folder.list()
  if (files.some((file) => file.name === name)) return folder.read(name)
  throw new Failure('model-malformed', `The folder has no ${name}. Choose the folder that holds it.`, { file: name })
}

/** Throws `model-malformed` where the file is missing or no JSON object. */
export async function readJson(folder: FolderReader, name: string): Promise<Record<string, unknown>> {
  const bytes = await readWhole(folder, name)
  try {
    const parsed: unknown = JSON.parse(decodeText(bytes))
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError || thrown instanceof TypeError)) throw thrown
  }
  throw new Failure('model-malformed', `${name} is not a JSON object. Download or export the folder again.`, {
    file: name,
  })
}
