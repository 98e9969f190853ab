/** What a run would cost on this machine, before it runs. */
import { z } from 'zod'
import { type BackendId, backendIdSchema } from './device'
import { type StrategyId, strategyIdSchema } from './strategy'

export const rangeSchema = z.object({ low: z.number(), high: z.number() })
export type Range = z.infer<typeof rangeSchema>

export const quoteSchema = z.object({
  strategy: strategyIdSchema,
  backend: backendIdSchema,
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  memoryBytes: rangeSchema,
  seconds: rangeSchema,
  diskBytes: z.number(),
  /** True where the upper memory bound stays within 92 % of free memory. */
  fits: z.boolean(),
  guard: z.enum(['fits', 'tight', 'too-big']),
  freeMemoryBytes: z.number(),
  steps: z.number().int(),
  /** Texts computed at once, where the memory has no room for the recipe's batches; the result is the same. */
  smallerBatch: z.number().int().optional(),
  /** Layers are computed twice for want of memory, though the recipe does not ask for it; the result is the same. */
  recomputeLayers: z.boolean().optional(),
  /** `prior` = from the configuration and this machine's speed alone; `probe` = corrected by a few real steps. */
  basis: z.enum(['prior', 'probe']),
  /** Finished runs that the correction has learnt from, and their median relative error in time; null without any. */
  trackRecord: z.object({ runs: z.number().int(), medianTimeError: z.number() }).nullable(),
})
export type Quote = z.infer<typeof quoteSchema>

/** A finished run: what was estimated without correction, what the person was told, what it took. */
export interface Experience {
  strategy: StrategyId
  /** It adapted a model to texts: all of it, and the scores of every word. */
  adapts: boolean
  backend: BackendId
  basis: Quote['basis']
  /** For the epochs that were really run, as `quotedSeconds`. */
  estimatedSeconds: number
  estimatedMemoryBytes: number
  quotedSeconds: number
  actualSeconds: number
  actualMemoryBytes: number
}
