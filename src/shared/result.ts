/** What a finished run achieved. */
import { z } from 'zod'

export const classScoreSchema = z.object({
  label: z.string(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  support: z.number().int(),
})

export const classificationMetricsSchema = z.object({
  accuracy: z.number(),
  macroF1: z.number(),
  /** Mean cross-entropy, natural logarithm. */
  loss: z.number(),
  examples: z.number().int(),
  perClass: z.array(classScoreSchema),
  /** confusion[true class][predicted class], in label order. */
  confusion: z.array(z.array(z.number().int())),
})
export type ClassificationMetrics = z.infer<typeof classificationMetricsSchema>

export const predictionSchema = z.object({
  label: z.string(),
  /** Softmax probability per class, in label order. */
  probabilities: z.array(z.number()),
})
export type Prediction = z.infer<typeof predictionSchema>

/** A test row with what the model said, for the confusion matrix's cells. */
export const scoredRowSchema = z.object({
  id: z.number().int(),
  text: z.string(),
  target: z.string(),
  predicted: z.string(),
  probability: z.number(),
})
export type ScoredRow = z.infer<typeof scoredRowSchema>

export const runResultSchema = z.object({
  validation: classificationMetricsSchema,
  test: classificationMetricsSchema,
  /** Always answering the training split's most frequent class. */
  majority: z.object({ accuracy: z.number(), macroF1: z.number() }),
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  steps: z.number().int(),
  epochs: z.number(),
  seconds: z.number(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number(),
  bestStep: z.number().int(),
  stoppedBecause: z.enum(['finished', 'early-stopping', 'asked']),
})
export type RunResult = z.infer<typeof runResultSchema>

/** Both scores of an export: as trained, and of the files read back from disk. */
export const certificateSchema = z.object({
  examples: z.number().int(),
  trainedAccuracy: z.number(),
  exportedAccuracy: z.number(),
  maximumLogitDifference: z.number(),
  passed: z.boolean(),
})
export type Certificate = z.infer<typeof certificateSchema>
