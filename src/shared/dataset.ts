/** What a data set is: columns, task, labels, a split frozen by row id, and what was found in it. */
import { z } from 'zod'

export const tasks = ['classification', 'regression', 'instruction'] as const
export const taskSchema = z.enum(tasks)
export type Task = z.infer<typeof taskSchema>

export const splitNames = ['train', 'validation', 'test'] as const
export const splitNameSchema = z.enum(splitNames)
export type SplitName = z.infer<typeof splitNameSchema>

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'latin-1'] as const
export const encodingSchema = z.enum(encodings)
export const delimiters = [',', ';', '\t', '|'] as const
export const delimiterSchema = z.enum(delimiters)

export const columnKinds = ['text', 'category', 'number', 'identifier', 'empty'] as const
export const columnSchema = z.object({
  name: z.string(),
  kind: z.enum(columnKinds),
  distinctValues: z.number().int(),
  emptyValues: z.number().int(),
  meanCharacters: z.number(),
})
export type Column = z.infer<typeof columnSchema>

/**
 * What may be found, with the `values` of each:
 * few-rows {rows, advised}; label-balance {largest, largestShare, smallest, smallestRows}; small-class {labels, minimum}
 * (without `minimum` where it is groups that keep a class out of a split); empty-text {} and empty-label {} (rows left
 * out); duplicate-text {acrossSplits, and `separated`, the same, where it is not 0} (rows beyond the first of each text);
 * conflicting-labels {texts}; short-text {characters}; long-text {characters, longest}; truncation {maxLength, share}.
 * Regression: not-a-number {} (rows left out); constant-target {value}; outliers {beyond} (rows further than that many
 * deviations from the mean). Instruction: empty-prompt {} and empty-response {} (rows left out).
 * group-across-splits {groups, column} where `column` looks as if it named groups and the split was not made by it.
 */
export const findingCodes = [
  'few-rows',
  'label-balance',
  'small-class',
  'empty-text',
  'empty-label',
  'duplicate-text',
  'conflicting-labels',
  'short-text',
  'long-text',
  'truncation',
  'not-a-number',
  'constant-target',
  'outliers',
  'empty-prompt',
  'empty-response',
  'group-across-splits',
] as const
export type FindingCode = (typeof findingCodes)[number]

/** A finding about the data. `code` is translated on screen with `values`; `message` is its English sentence. */
export const findingSchema = z.object({
  code: z.enum(findingCodes),
  level: z.enum(['pass', 'warn', 'fail']),
  message: z.string(),
  /** How many rows it concerns. */
  rows: z.number().int(),
  /** The first few row numbers (1 = first row below the header), for the reader to look at. */
  examples: z.array(z.number().int()),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Finding = z.infer<typeof findingSchema>

export const importOptionsSchema = z.object({
  encoding: encodingSchema.optional(),
  delimiter: delimiterSchema.optional(),
  textColumn: z.string().optional(),
  targetColumn: z.string().optional(),
  task: taskSchema.optional(),
  /**
   * Instruction: a column whose text, where there is any, follows the prompt after an empty line. '' = none; absent = as
   * suggested where no text column is named either, else none.
   */
  contextColumn: z.string().optional(),
  /** Rows with the same value here stay in one split; rows without a value are groups of their own. '' = none. */
  groupColumn: z.string().optional(),
  /** Several classes in one cell, with this between; '' = each cell is one class; absent = as suggested. */
  labelSeparator: z.string().max(3).optional(),
  name: z.string().min(1).max(120).optional(),
  splitSeed: z.number().int().nonnegative().optional(),
})
export type ImportOptions = z.infer<typeof importOptionsSchema>

/** The first look at a file, before anything is kept. */
export const previewSchema = z.object({
  fileName: z.string(),
  byteLength: z.number(),
  encoding: encodingSchema,
  delimiter: delimiterSchema,
  columns: z.array(columnSchema),
  /** The first rows as they will be read, one cell per column. */
  rows: z.array(z.array(z.string())),
  rowCount: z.number().int(),
  suggested: z.object({
    textColumn: z.string().nullable(),
    targetColumn: z.string().nullable(),
    task: taskSchema.nullable(),
    contextColumn: z.string().nullable(),
    labelSeparator: z.string().nullable(),
  }),
})
export type Preview = z.infer<typeof previewSchema>

export const splitSizesSchema = z.object({
  train: z.number().int(),
  validation: z.number().int(),
  test: z.number().int(),
})
export type SplitSizes = z.infer<typeof splitSizesSchema>

export const labelCountSchema = z.object({ label: z.string(), rows: z.number().int() })

export const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  fileName: z.string(),
  contentHash: z.string(),
  task: taskSchema,
  encoding: encodingSchema,
  delimiter: delimiterSchema,
  columns: z.array(z.string()),
  textColumn: z.string(),
  targetColumn: z.string(),
  contextColumn: z.string().nullable(),
  groupColumn: z.string().nullable(),
  /** Classification with several classes at once: what stands between them; null = one class a row. */
  labelSeparator: z.string().nullable(),
  /** Regression: of the target in the training split. */
  numbers: z.object({ mean: z.number(), deviation: z.number(), minimum: z.number(), maximum: z.number() }).nullable(),
  rows: z.number().int(),
  /** Classification: every class in a fixed order (its index is the class id). Otherwise empty. */
  labels: z.array(labelCountSchema),
  splits: splitSizesSchema,
  splitSeed: z.number().int(),
  warnings: z.array(findingSchema),
  createdAt: z.string(),
})
export type Dataset = z.infer<typeof datasetSchema>

/** A row as the trainer reads it, one JSON object a line in the data set's rows.jsonl. */
export const datasetRowSchema = z.object({
  /** Row number in the file, 1 = first row below the header; stable for ever. */
  id: z.number().int(),
  text: z.string(),
  target: z.string(),
  split: splitNameSchema,
})
export type DatasetRow = z.infer<typeof datasetRowSchema>

export const histogramBinSchema = z.object({ from: z.number(), to: z.number(), rows: z.number().int() })

/** What the Check screen shows. Token figures need a model and are absent until one is chosen (starter by default). */
export const dataReportSchema = z.object({
  datasetId: z.string(),
  findings: z.array(findingSchema),
  labels: z.array(labelCountSchema),
  splits: splitSizesSchema,
  /** Per class and split, in label order. */
  splitLabels: z.array(z.object({ label: z.string(), train: z.number(), validation: z.number(), test: z.number() })),
  /** Regression: how the targets are spread. */
  targets: z.array(histogramBinSchema),
  characters: z.object({ minimum: z.number(), median: z.number(), maximum: z.number() }),
  tokens: z
    .object({
      modelId: z.string(),
      median: z.number(),
      p95: z.number(),
      maximum: z.number(),
      histogram: z.array(histogramBinSchema),
      /** Share of texts that lose their end at each maximum length (tokens). */
      truncation: z.array(z.object({ maxLength: z.number().int(), share: z.number() })),
    })
    .nullable(),
  duplicates: z.object({ rows: z.number().int(), acrossSplits: z.number().int() }),
  sample: z.array(z.object({ id: z.number().int(), text: z.string(), target: z.string(), split: splitNameSchema })),
})
export type DataReport = z.infer<typeof dataReportSchema>
