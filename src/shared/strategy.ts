/** The finetuning strategies, as every process names them. What they do is in the engine; here is what a person sees. */
import { z } from 'zod'

/** From the cheapest to the dearest. */
export const strategyIds = [
  'dictionary',
  'feature-based',
  'head-only',
  'prompt-tuning',
  'prefix-tuning',
  'ia3',
  'llama-adapter',
  'lora',
  'bottleneck-adapter',
  'full',
] as const
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
  z.object({ kind: z.literal('text'), name: z.string(), value: z.string(), maximumLength: z.number().int() }),
  /** One of the analyst's own word lists by its id; '' = none. */
  z.object({ kind: z.literal('word-list'), name: z.string(), value: z.string() }),
])
export type OptionDescription = z.infer<typeof optionDescriptionSchema>

/** Those that change a pretrained model; the dictionary works without one. */
export type ModelStrategyId = Exclude<StrategyId, 'dictionary'>

/** `fino` = the trained tensors in Fino's own layout, for what no library has a format for. */
export const exportFormats = ['peft', 'adapterhub', 'hugging-face', 'features', 'dictionary', 'fino'] as const
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

/** Why a strategy cannot be used for a problem on a model; null where it can. Translated on screen. */
export const misfits = ['needs-decoder', 'needs-reading-head', 'needs-targets-per-text'] as const
export const misfitSchema = z.enum(misfits)
export type Misfit = z.infer<typeof misfitSchema>

/** What is wrong with a strategy and what to choose instead, for failures and the command line. */
export const misfitRemedies: Readonly<Record<Misfit, string>> = {
  'needs-decoder': 'Answering prompts needs a model that writes (GPT-2, LLaMA, Mistral, Qwen2). Choose one of those.',
  'needs-reading-head': 'It trains a head that reads texts, and answering prompts has none. Choose another strategy.',
  'needs-targets-per-text': 'It needs a class or a number for each text. Choose another strategy.',
}

/** Why a library's own format is not to be had. Translated on screen. */
export const missingExportReasons = [
  /** The library knows no such method for this architecture. */
  'architecture-refused',
  /** With these options it is something that the library does not compute. */
  'options-refused',
  /** The library has the method but does not write it to safetensors. */
  'not-as-safetensors',
] as const
export const missingExportSchema = z.object({
  format: z.enum(['peft', 'adapterhub']),
  reason: z.enum(missingExportReasons),
})
export type MissingExport = z.infer<typeof missingExportSchema>

/** A strategy on one model and one problem, with the options chosen. */
export const strategyDescriptionSchema = z.object({
  id: strategyIdSchema,
  /** Paper or book that the implementation follows. */
  source: z.string(),
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  /** Never empty where `misfit` is null; the first is the default. */
  exportFormats: z.array(exportFormatSchema),
  /** Which library formats people may expect and do not get, and why. */
  missingExports: z.array(missingExportSchema),
  misfit: misfitSchema.nullable(),
  options: z.array(optionDescriptionSchema),
  preset: presetSchema,
})
export type StrategyDescription = z.infer<typeof strategyDescriptionSchema>
