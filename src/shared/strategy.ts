/** The finetuning strategies, as every process names them. What they do is in the engine; here is what a person sees. */
import { z } from 'zod'

export const strategyIds = ['feature-based', 'head-only', 'full', 'lora'] as const
export const strategyIdSchema = z.enum(strategyIds)
export type StrategyId = z.infer<typeof strategyIdSchema>

export const optionValueSchema = z.union([z.number(), z.string(), z.boolean(), z.array(z.string())])
export type OptionValue = z.infer<typeof optionValueSchema>
export const strategyOptionsSchema = z.record(z.string(), optionValueSchema)
export type StrategyOptions = z.infer<typeof strategyOptionsSchema>

/** One control on screen: explained by the translation key `strategy.<id>.options.<name>`. */
export const optionDescriptionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    name: z.string(),
    value: z.number(),
    minimum: z.number(),
    maximum: z.number(),
    step: z.number(),
  }),
  z.object({ kind: z.literal('choice'), name: z.string(), value: z.string(), choices: z.array(z.string()) }),
  z.object({ kind: z.literal('several'), name: z.string(), value: z.array(z.string()), choices: z.array(z.string()) }),
  z.object({ kind: z.literal('switch'), name: z.string(), value: z.boolean() }),
])
export type OptionDescription = z.infer<typeof optionDescriptionSchema>

export const exportFormats = ['peft', 'hugging-face', 'features'] as const
export const exportFormatSchema = z.enum(exportFormats)
export type ExportFormat = z.infer<typeof exportFormatSchema>

/** Hyperparameters that suit a strategy on a model of this architecture and size; part of the strategy. */
export const presetSchema = z.object({
  epochs: z.number().int(),
  batchSize: z.number().int(),
  learningRate: z.number(),
  weightDecay: z.number(),
  warmupShare: z.number(),
})
export type Preset = z.infer<typeof presetSchema>

/** A strategy on one model and one number of classes. */
export const strategyDescriptionSchema = z.object({
  id: strategyIdSchema,
  /** Paper or book that the implementation follows. */
  source: z.string(),
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  /** True where the frozen encoder's output is computed once and kept for all epochs. */
  cachesEncoder: z.boolean(),
  exportFormat: exportFormatSchema,
  options: z.array(optionDescriptionSchema),
  preset: presetSchema,
})
export type StrategyDescription = z.infer<typeof strategyDescriptionSchema>
