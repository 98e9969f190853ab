/** A base model on this machine: a Hugging Face folder that Fino can read. */
import { z } from 'zod'

export const architectures = ['bert', 'distilbert'] as const
export const architectureSchema = z.enum(architectures)
export type Architecture = z.infer<typeof architectureSchema>

export const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(['starter', 'folder']),
  folder: z.string(),
  architecture: architectureSchema,
  /** Parameters of the encoder, without any classification head. */
  parameters: z.number().int(),
  layers: z.number().int(),
  width: z.number().int(),
  heads: z.number().int(),
  feedForwardWidth: z.number().int(),
  vocabularySize: z.number().int(),
  /** Longest input in tokens. */
  maximumLength: z.number().int(),
  byteLength: z.number(),
  /** SHA-256 over the weight files, so that a run can say exactly what it started from. */
  contentHash: z.string(),
})
export type Model = z.infer<typeof modelSchema>
