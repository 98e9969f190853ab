/** A recipe: everything that decides a run, so that the same recipe gives the same numbers. */
import { z } from 'zod'
import { tasks } from './dataset'
import { backendChoiceSchema } from './device'
import { isTemplate } from './problem'
import { strategyIdSchema, strategyOptionsSchema } from './strategy'

/** `balanced`: a text weighs the more the rarer its label is; problems with one label a text alone. */
export const labelWeightsSchema = z.enum(['equal', 'balanced'])
export type LabelWeights = z.infer<typeof labelWeightsSchema>

export const recipeSchema = z.object({
  /** '' where an adaptation's texts come from a file. */
  datasetId: z.string(),
  modelId: z.string(),
  /** That of the data set; `adaptation` = no targets, the texts themselves. */
  task: z.enum([...tasks, 'adaptation']),
  strategy: strategyIdSchema,
  options: strategyOptionsSchema,
  epochs: z.number().int().min(1).max(1000),
  batchSize: z.number().int().min(1).max(1024),
  /** Batches whose gradients are summed before one optimizer step. */
  accumulationSteps: z.number().int().min(1).max(1024),
  /** Keeps each layer's input alone for the way back and computes the layer twice: the same result for less memory. */
  recomputeLayers: z.boolean().default(false),
  /** Longest input in tokens, special tokens included; longer texts lose their end. */
  maxLength: z.number().int().min(4).max(8192),
  learningRate: z.number().positive().max(10),
  weightDecay: z.number().min(0).max(1),
  /** Share of all steps over which the learning rate rises from zero; it then falls linearly to zero. */
  warmupShare: z.number().min(0).max(1),
  /** Largest global gradient norm; 0 = no clipping. */
  clipNorm: z.number().min(0),
  seed: z.number().int().min(0).max(0xffffffff),
  /** Evaluations on the validation split without a better one after which training stops; 0 = never. */
  patience: z.number().int().min(0).max(1000),
  /** Of training alone: scores and validation loss count every text once. */
  labelWeights: labelWeightsSchema.default('equal'),
  backend: backendChoiceSchema,
  /** Instruction tuning: what stands around a prompt, holding {prompt} once; null = the default. */
  template: z.string().max(4000).refine(isTemplate, 'it must hold {prompt} exactly once').nullable().default(null),
})
export type Recipe = z.infer<typeof recipeSchema>

/** In tokens, where the model reads as many. Texts are padded to their batch, so short ones cost nothing of it. */
export const usualMaxLength = 256

/** What a person may leave out; the strategy's preset fills the rest. */
export const recipeRequestSchema = recipeSchema
  .extend({
    template: recipeSchema.shape.template.unwrap(),
    labelWeights: labelWeightsSchema,
    recomputeLayers: z.boolean(),
  })
  .partial()
  .required({ datasetId: true, modelId: true, strategy: true })
export type RecipeRequest = z.infer<typeof recipeRequestSchema>
