/** How a decoder's answer is chosen. */
import { z } from 'zod'

export const generationSchema = z.object({
  maximumTokens: z.number().int().min(1).max(4096).default(256),
  /** 0 = greedy: always the likeliest token. */
  temperature: z.number().min(0).max(5).default(0),
  /** Nucleus sampling: only the likeliest tokens that together reach this probability. */
  topP: z.number().gt(0).max(1).default(1),
  seed: z.number().int().min(0).max(0xffffffff).default(0),
})
export type Generation = z.infer<typeof generationSchema>
