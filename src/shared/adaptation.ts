/** A model adapted to a person's own texts before it is finetuned (Gururangan et al. 2020): no targets are needed. */
import { z } from 'zod'
import { delimiterSchema, encodingSchema } from './dataset'
import { fileReferenceSchema } from './file-reference'
import { quoteSchema } from './quote'
import { recipeSchema } from './recipe'

/** Fewer texts than this are refused: there is nothing to adapt to. */
export const leastAdaptationTexts = 50

/** Which texts: a data set's training rows and its rows without a target, or one column of any file. */
export const textSourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dataset'), datasetId: z.string() }),
  z.object({
    kind: z.literal('file'),
    file: fileReferenceSchema,
    /** Absent = as suggested; a file whose name ends in .txt has one text a line, unless a column is named. */
    textColumn: z.string().optional(),
    encoding: encodingSchema.optional(),
    delimiter: delimiterSchema.optional(),
  }),
])
export type TextSource = z.infer<typeof textSourceSchema>

/** What a person may leave out of the recipe is filled by the preset. */
export const adaptationRequestSchema = recipeSchema
  .pick({
    epochs: true,
    batchSize: true,
    accumulationSteps: true,
    maxLength: true,
    learningRate: true,
    weightDecay: true,
    warmupShare: true,
    clipNorm: true,
    seed: true,
    patience: true,
    recomputeLayers: true,
    backend: true,
  })
  .partial()
  .extend({
    modelId: z.string(),
    source: textSourceSchema,
    /** Texts that equal a validation or test text of these data sets are left out; those of the source's own always are. */
    exceptDatasetIds: z.array(z.string()).optional(),
    /** Of the new model. */
    name: z.string().trim().min(1).max(120).optional(),
    /** A new or empty folder for the new model; by default one of its own in the workspace. */
    folder: z.string().optional(),
  })
export type AdaptationRequest = z.infer<typeof adaptationRequestSchema>

/** What became of the texts of the source. */
export const adaptationTextsSchema = z.object({
  /** Learnt from. */
  training: z.number().int(),
  /** Of those, from rows without a target. */
  unlabelled: z.number().int(),
  /** Never learnt from: the loss before and after is measured on them. */
  heldOut: z.number().int(),
  leftOut: z.object({
    /** They are, or equal, validation or test texts of a data set. */
    evaluation: z.number().int(),
    empty: z.number().int(),
    /** They equal an earlier one. */
    repeated: z.number().int(),
  }),
})
export type AdaptationTexts = z.infer<typeof adaptationTextsSchema>

/** What a run that adapts a model knows beside its recipe. */
export const adaptationSchema = z.object({
  /** Name of the data set or the file. */
  sourceName: z.string(),
  /** Null = the lines of a text file. */
  textColumn: z.string().nullable(),
  /** Data sets whose validation and test texts were left out. */
  exceptDatasets: z.array(z.object({ id: z.string(), name: z.string() })),
  texts: adaptationTextsSchema,
  /** The new model: its name, its folder, and its id once it is there. */
  modelName: z.string(),
  folder: z.string(),
  modelId: z.string().nullable(),
  /** Whether the base brought the head that foresees words, or a new one was begun. Null until the base was read. */
  head: z.enum(['kept', 'new']).nullable(),
})
export type Adaptation = z.infer<typeof adaptationSchema>

/** What an adaptation would use and cost, before anything runs. */
export const adaptationPlanSchema = z.object({
  recipe: recipeSchema,
  texts: adaptationTextsSchema,
  quote: quoteSchema,
})
export type AdaptationPlan = z.infer<typeof adaptationPlanSchema>
