/** A file that a person chose, however their window reaches it. */
import { z } from 'zod'

/**
 * A path on this machine (Electron, command line), or the bytes themselves (a browser cannot tell paths). Bytes travel
 * base64-encoded and are kept under the workspace as an upload.
 */
export const fileReferenceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('path'), path: z.string() }),
  z.object({ kind: z.literal('upload'), uploadId: z.string(), fileName: z.string() }),
  z.object({ kind: z.literal('example') }),
])
export type FileReference = z.infer<typeof fileReferenceSchema>
