/** A base model on this machine: a Hugging Face folder that Fino can read. */
import { z } from 'zod'

/** Encoders read a text in both directions. */
export const encoderArchitectures = ['bert', 'distilbert', 'roberta', 'xlm-roberta'] as const
/** Decoders read from left to right and can write on. */
export const decoderArchitectures = ['gpt2', 'llama', 'mistral', 'qwen2'] as const
export const architectures = [...encoderArchitectures, ...decoderArchitectures] as const
export const architectureSchema = z.enum(architectures)
export type Architecture = z.infer<typeof architectureSchema>
export type EncoderArchitecture = (typeof encoderArchitectures)[number]
export type DecoderArchitecture = (typeof decoderArchitectures)[number]

export function isDecoder(architecture: Architecture): architecture is DecoderArchitecture {
  return (decoderArchitectures as readonly string[]).includes(architecture)
}

/** What an adapted model was made of; it outlives the run that made it. */
export const modelOriginSchema = z.object({
  /** Name of the model that was adapted. */
  baseName: z.string(),
  /** Name of the data set or the file. */
  sourceName: z.string(),
  /** That were learnt from. */
  texts: z.number().int(),
  /** As it was named; the model's own is its real path. */
  folder: z.string(),
})
export type ModelOrigin = z.infer<typeof modelOriginSchema>

export const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(['starter', 'folder']),
  folder: z.string(),
  architecture: architectureSchema,
  /** Parameters of the base model, without any head that reads a whole text. */
  parameters: z.number().int(),
  layers: z.number().int(),
  width: z.number().int(),
  heads: z.number().int(),
  /** Fewer than `heads` where several share one (grouped-query attention). */
  keyValueHeads: z.number().int(),
  headSize: z.number().int(),
  feedForwardWidth: z.number().int(),
  vocabularySize: z.number().int(),
  /** Longest input in tokens. */
  maximumLength: z.number().int(),
  byteLength: z.number(),
  /** SHA-256 over the weight files, so that a run can say exactly what it started from. */
  contentHash: z.string(),
  /** Null = not adapted by Fino. */
  origin: modelOriginSchema.nullable(),
})
export type Model = z.infer<typeof modelSchema>
