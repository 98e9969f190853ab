/** A run: its status machine, its progress and its history. */
import { z } from 'zod'
import { adaptationSchema } from './adaptation'
import { backendIdSchema } from './device'
import { failureSchema } from './failure'
import { problemSchema } from './problem'
import { quoteSchema } from './quote'
import { recipeSchema } from './recipe'
import { runResultSchema } from './result'

/**
 * queued -> running -> finished | stopped | cancelled | failed | interrupted;
 * stopped, failed, interrupted -> running by resume (where a checkpoint is there).
 * `stopped` = stop and save: the best checkpoint was kept and scored. `interrupted` = the worker or the machine died.
 */
export const runStatuses = ['queued', 'running', 'finished', 'stopped', 'cancelled', 'failed', 'interrupted'] as const
export const runStatusSchema = z.enum(runStatuses)
export type RunStatus = z.infer<typeof runStatusSchema>

export const runPhases = ['loading', 'encoding', 'caching', 'training', 'evaluating', 'finalizing'] as const
export const runPhaseSchema = z.enum(runPhases)
export type RunPhase = z.infer<typeof runPhaseSchema>

export const metricNames = [
  'train/loss',
  'train/learning-rate',
  'train/gradient-norm',
  'validation/loss',
  'validation/accuracy',
  'validation/macro-f1',
  'validation/micro-f1',
  'validation/exact-match',
  'validation/r2',
  'validation/mean-squared-error',
  'validation/perplexity',
  'validation/token-accuracy',
] as const
export const metricNameSchema = z.enum(metricNames)
export type MetricName = z.infer<typeof metricNameSchema>

/** What frozen layers say of the texts is kept up to so many bytes; beyond, it is computed again in every epoch. */
export const keptOutputsLimitBytes = 2e9
/** A language model's answers are written for no more test rows than this: enough for a look and a share. */
export const answeredTestRows = 50

/** One point of a curve. `step` counts optimizer steps from 1. */
export const metricPointSchema = z.object({ step: z.number().int(), name: metricNameSchema, value: z.number() })
export type MetricPoint = z.infer<typeof metricPointSchema>

export const progressSchema = z.object({
  phase: runPhaseSchema,
  step: z.number().int(),
  totalSteps: z.number().int(),
  epoch: z.number(),
  /** Share of the current phase that is done, 0 to 1. */
  phaseShare: z.number(),
  tokensPerSecond: z.number().nullable(),
  /** Time still to go, evaluation and saving included; null until it can be told. */
  remainingSeconds: z.number().nullable(),
  elapsedSeconds: z.number(),
  memoryBytes: z.number(),
  /** Texts computed at once, where the memory has no room for the recipe's batches; the result is the same. */
  smallerBatch: z.number().int().optional(),
  /** Layers are computed twice for want of memory, though the recipe does not ask for it; the result is the same. */
  recomputeLayers: z.boolean().optional(),
})
export type Progress = z.infer<typeof progressSchema>

/** How far an unfinished run was saved: resuming goes on from here. */
export const checkpointSchema = z.object({
  step: z.number().int(),
  byteLength: z.number(),
  savedAt: z.string(),
})
export type Checkpoint = z.infer<typeof checkpointSchema>

export const runSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: runStatusSchema,
  recipe: recipeSchema,
  /** Kept beside the ids so that a run can be read when its data set or model is gone. */
  datasetName: z.string(),
  modelName: z.string(),
  problem: problemSchema,
  /** Only where texts adapt a model (problem `language`). */
  adaptation: adaptationSchema.nullable(),
  backend: backendIdSchema.nullable(),
  device: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  quote: quoteSchema.nullable(),
  result: runResultSchema.nullable(),
  failure: failureSchema.nullable(),
  resumable: z.boolean(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})
export type Run = z.infer<typeof runSchema>
