/** What a finished run achieved. */
import { z } from 'zod'
import type { ProblemKind } from './problem'

export const classScoreSchema = z.object({
  label: z.string(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  support: z.number().int(),
})
export type ClassScore = z.infer<typeof classScoreSchema>

export const classificationMetricsSchema = z.object({
  kind: z.literal('single-label'),
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

export const multiLabelMetricsSchema = z.object({
  kind: z.literal('multi-label'),
  microF1: z.number(),
  macroF1: z.number(),
  /** Share of texts whose classes are all right and none too many. */
  exactMatch: z.number(),
  /** Mean binary cross-entropy over texts and classes, natural logarithm. */
  loss: z.number(),
  examples: z.number().int(),
  perClass: z.array(classScoreSchema),
})
export type MultiLabelMetrics = z.infer<typeof multiLabelMetricsSchema>

/** All in the target's own units, `loss` apart. */
export const regressionMetricsSchema = z.object({
  kind: z.literal('regression'),
  /** 1 - sum of squared errors / sum of squared distances from the mean of these targets. */
  r2: z.number(),
  meanSquaredError: z.number(),
  meanAbsoluteError: z.number(),
  /** Pearson's; 0 where predictions or targets do not vary. */
  correlation: z.number(),
  /** Mean squared error of the standardised target: what training makes small. */
  loss: z.number(),
  examples: z.number().int(),
})
export type RegressionMetrics = z.infer<typeof regressionMetricsSchema>

export const instructionMetricsSchema = z.object({
  kind: z.literal('instruction'),
  /** Mean negative log-likelihood per response token (end token included), natural logarithm. */
  loss: z.number(),
  /** exp(loss). */
  perplexity: z.number(),
  /** Share of response tokens that the model would have chosen given those before. */
  tokenAccuracy: z.number(),
  /** Share of greedy answers equal to the response, surrounding space apart; null where none were generated. */
  exactMatch: z.number().nullable(),
  examples: z.number().int(),
  tokens: z.number().int(),
})
export type InstructionMetrics = z.infer<typeof instructionMetricsSchema>

/** Of texts that were not learnt from, their masked pieces (encoders) or each piece after the first (decoders). */
export const languageMetricsSchema = z.object({
  kind: z.literal('language'),
  /** Mean negative log-likelihood per foreseen piece, natural logarithm. */
  loss: z.number(),
  /** exp(loss); of an encoder the pseudo-perplexity of the masked pieces. */
  perplexity: z.number(),
  /** Share of the pieces that the model would have chosen. */
  tokenAccuracy: z.number(),
  examples: z.number().int(),
  tokens: z.number().int(),
})
export type LanguageMetrics = z.infer<typeof languageMetricsSchema>

export const metricsSchema = z.discriminatedUnion('kind', [
  classificationMetricsSchema,
  multiLabelMetricsSchema,
  regressionMetricsSchema,
  instructionMetricsSchema,
  languageMetricsSchema,
])
export type Metrics = z.infer<typeof metricsSchema>

export const predictionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('single-label'),
    label: z.string(),
    /** Softmax probability per class, in label order. */
    probabilities: z.array(z.number()),
  }),
  z.object({
    kind: z.literal('multi-label'),
    labels: z.array(z.string()),
    /** Probability of each class by itself, in label order. */
    probabilities: z.array(z.number()),
  }),
  z.object({ kind: z.literal('regression'), value: z.number() }),
  z.object({ kind: z.literal('instruction'), text: z.string(), stoppedBecause: z.enum(['end', 'length']) }),
])
export type Prediction = z.infer<typeof predictionSchema>

/** A test row with what the model said. */
export const scoredRowSchema = z.object({
  id: z.number().int(),
  text: z.string(),
  target: z.string(),
  /** A class, classes with the separator between, a number, or the generated response ('' where none was). */
  predicted: z.string(),
  /** Of the predicted class; null where the problem has no such thing. */
  probability: z.number().nullable(),
  /** This row's own loss: sorts texts from best to worst. */
  loss: z.number(),
})
export type ScoredRow = z.infer<typeof scoredRowSchema>

/** Adapting to texts: `validation` and `test` are both of the held-out texts, `test` with the new model read back from its files. */
export const runResultSchema = z.object({
  validation: metricsSchema,
  test: metricsSchema,
  /**
   * What needs no reading scores on the test split: the most frequent class or classes of the training split, its mean,
   * or the base model before training (instruction, language).
   */
  naive: metricsSchema,
  trainableParameters: z.number().int(),
  totalParameters: z.number().int(),
  steps: z.number().int(),
  epochs: z.number(),
  seconds: z.number(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number(),
  bestStep: z.number().int(),
  stoppedBecause: z.enum(['finished', 'early-stopping', 'asked']),
  /** Texts of all splits that were neither trained on nor scored, since their prompts fill the maximum length. */
  leftOutTexts: z.number().int().default(0),
})
export type RunResult = z.infer<typeof runResultSchema>

export type HeadlineName = 'accuracy' | 'micro-f1' | 'r2' | 'perplexity'

/** The one figure that a problem is judged by first. Only perplexity is better when it is lower. */
export function headlineOf(metrics: Metrics): { name: HeadlineName; value: number; higherIsBetter: boolean } {
  switch (metrics.kind) {
    case 'single-label':
      return { name: 'accuracy', value: metrics.accuracy, higherIsBetter: true }
    case 'multi-label':
      return { name: 'micro-f1', value: metrics.microF1, higherIsBetter: true }
    case 'regression':
      return { name: 'r2', value: metrics.r2, higherIsBetter: true }
    case 'instruction':
    case 'language':
      return { name: 'perplexity', value: metrics.perplexity, higherIsBetter: false }
    default:
      return metrics satisfies never
  }
}

/** Whether metrics speak of such a problem. */
export function isOfKind<Kind extends ProblemKind>(
  metrics: Metrics,
  kind: Kind,
): metrics is Extract<Metrics, { kind: Kind }> {
  return metrics.kind === kind
}

/** Both scores of an export: as trained, and of the files read back from disk. */
export const certificateSchema = z.object({
  examples: z.number().int(),
  /** The problem's headline figure. */
  trainedScore: z.number(),
  exportedScore: z.number(),
  maximumLogitDifference: z.number(),
  passed: z.boolean(),
})
export type Certificate = z.infer<typeof certificateSchema>
