/** Every message across the boundary between the application and its windows, with schemas. */
import { z } from 'zod'
import { adaptationPlanSchema, adaptationRequestSchema } from './adaptation'
import { dataReportSchema, datasetSchema, importOptionsSchema, previewSchema } from './dataset'
import { accelerationBuildSchema, accelerationProgressSchema, backendChoiceSchema, doctorReportSchema } from './device'
import { dictionarySchema, wordListSchema } from './dictionary'
import type { Outcome } from './failure'
import { failureSchema } from './failure'
import { fileReferenceSchema } from './file-reference'
import { generationSchema } from './generation'
import { modelSchema } from './model'
import { quoteSchema } from './quote'
import { recipeRequestSchema, recipeSchema } from './recipe'
import { certificateSchema, predictionSchema, scoredRowSchema } from './result'
import { checkpointSchema, metricPointSchema, progressSchema, runSchema } from './run'
import { exportFormatSchema, strategyDescriptionSchema, strategyIdSchema, strategyOptionsSchema } from './strategy'

const nothing = z.undefined().or(z.null())
const none = z.void().or(z.null())
const byId = z.object({ id: z.string() })

export { type FileReference, fileReferenceSchema } from './file-reference'

export const settingsSchema = z.object({
  language: z.enum(['system', 'en', 'pt']),
  colorScheme: z.enum(['auto', 'light', 'dark']),
  backend: backendChoiceSchema,
})
export type Settings = z.infer<typeof settingsSchema>

export const exportRecordSchema = z.object({
  id: z.string(),
  runId: z.string(),
  format: exportFormatSchema,
  folder: z.string(),
  byteLength: z.number(),
  certificate: certificateSchema,
  /** Python that loads it. */
  snippet: z.string(),
  createdAt: z.string(),
})
export type ExportRecord = z.infer<typeof exportRecordSchema>

export const hostSchema = z.object({
  /** What the renderer runs in; `browser` cannot open the system's file dialogs. */
  kind: z.enum(['electron', 'browser']),
  version: z.string(),
  home: z.string(),
  systemLanguage: z.string(),
})

export const testRowOrderSchema = z.enum(['id', 'worst', 'best'])
export type TestRowOrder = z.infer<typeof testRowOrderSchema>

/** name -> input and output. One noun a feature, as in src/main/features. */
export const commands = {
  'host:describe': { input: nothing, output: hostSchema },

  'files:upload-begin': { input: z.object({ fileName: z.string() }), output: z.object({ uploadId: z.string() }) },
  'files:upload-chunk': { input: z.object({ uploadId: z.string(), base64: z.string() }), output: none },
  /** The system's dialog; null = the person cancelled. In a browser it fails with `forbidden`. */
  'files:choose-folder': { input: nothing, output: z.string().nullable() },
  'files:reveal': { input: z.object({ path: z.string() }), output: none },

  'datasets:preview': {
    input: z.object({ file: fileReferenceSchema, options: importOptionsSchema }),
    output: previewSchema,
  },
  'datasets:import': {
    input: z.object({ file: fileReferenceSchema, options: importOptionsSchema }),
    output: datasetSchema,
  },
  'datasets:list': { input: nothing, output: z.array(datasetSchema) },
  'datasets:get': { input: byId, output: datasetSchema },
  'datasets:report': { input: z.object({ id: z.string(), modelId: z.string().optional() }), output: dataReportSchema },
  'datasets:resplit': {
    input: z.object({ id: z.string(), splitSeed: z.number().int().nonnegative() }),
    output: datasetSchema,
  },
  'datasets:remove': { input: byId, output: none },

  'models:list': { input: nothing, output: z.array(modelSchema) },
  'models:add': { input: z.object({ folder: z.string() }), output: modelSchema },
  'models:remove': { input: byId, output: none },

  'strategies:describe': {
    input: z.object({
      modelId: z.string(),
      datasetId: z.string(),
      /** Options chosen for one strategy: shares and exports then hold for them. */
      chosen: z.object({ strategy: strategyIdSchema, options: strategyOptionsSchema }).optional(),
    }),
    output: z.array(strategyDescriptionSchema),
  },
  /** Fills a request with presets; what a run with it would use. */
  'recipes:resolve': { input: recipeRequestSchema, output: recipeSchema },
  'quotes:create': { input: z.object({ request: recipeRequestSchema, probe: z.boolean() }), output: quoteSchema },
  /** Ends the probe of exactly this request, where there is one. */
  'quotes:cancel': { input: z.object({ request: recipeRequestSchema }), output: none },

  /** Which texts an adaptation would learn from, its whole recipe, and what it would cost. */
  'adaptations:quote': {
    input: z.object({ request: adaptationRequestSchema, probe: z.boolean() }),
    output: adaptationPlanSchema,
  },
  /** Ends the probe of exactly this request, where there is one. */
  'adaptations:cancel-quote': { input: z.object({ request: adaptationRequestSchema }), output: none },
  /** A run like any other: watched, stopped and resumed as such. `adaptation.modelId` names the new model when it is done. */
  'adaptations:start': { input: z.object({ request: adaptationRequestSchema }), output: runSchema },

  'runs:start': {
    input: z.object({ request: recipeRequestSchema, name: z.string().max(120).optional() }),
    output: runSchema,
  },
  'runs:list': { input: nothing, output: z.array(runSchema) },
  'runs:get': { input: byId, output: runSchema },
  'runs:history': {
    input: byId,
    output: z.object({
      points: z.array(metricPointSchema),
      progress: progressSchema.nullable(),
      checkpoint: checkpointSchema.nullable(),
    }),
  },
  /** Stop and save: keep the best checkpoint, score it. */
  'runs:stop': { input: byId, output: runSchema },
  'runs:cancel': { input: byId, output: runSchema },
  'runs:resume': { input: byId, output: runSchema },
  'runs:rename': { input: z.object({ id: z.string(), name: z.string().min(1).max(120) }), output: runSchema },
  'runs:remove': { input: byId, output: none },
  /** Scored test rows: for the confusion matrix's cells, and for what went well and badly. */
  'runs:test-rows': {
    input: z.object({
      id: z.string(),
      target: z.string().optional(),
      predicted: z.string().optional(),
      /** In the order of the file (as where nothing is said), or by each row's loss. */
      order: testRowOrderSchema.optional(),
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({ rows: z.array(scoredRowSchema), total: z.number().int() }),
  },

  'predictions:text': {
    input: z.object({ runId: z.string(), text: z.string().min(1), generation: generationSchema.optional() }),
    output: predictionSchema,
  },
  /** Instruction: the base model's answer beside the tuned one's. */
  'predictions:compare': {
    input: z.object({ runId: z.string(), text: z.string().min(1), generation: generationSchema.optional() }),
    output: z.object({ base: predictionSchema, tuned: predictionSchema }),
  },
  /** A dictionary run's words and weights, heaviest first. */
  'runs:dictionary': { input: byId, output: dictionarySchema },
  'wordlists:list': { input: nothing, output: z.array(wordListSchema) },
  /** CSV with term, category and weight; `*` at a term's end stands for any ending. */
  'wordlists:import': { input: z.object({ file: fileReferenceSchema }), output: wordListSchema },
  'wordlists:remove': { input: byId, output: none },
  'predictions:preview': { input: z.object({ file: fileReferenceSchema }), output: previewSchema },
  /**
   * Answers every row of a file; writes CSV with the original columns plus `prediction` and `confidence` (classes),
   * `value` (regression) or `response` (instruction).
   */
  'predictions:file': {
    input: z.object({
      runId: z.string(),
      file: fileReferenceSchema,
      textColumn: z.string(),
      outputPath: z.string().optional(),
      generation: generationSchema.optional(),
    }),
    output: z.object({ rows: z.number().int(), outputPath: z.string(), downloadId: z.string() }),
  },
  /** The bytes of a file that a command produced, for a browser's download. */
  'files:download': {
    input: z.object({ downloadId: z.string() }),
    output: z.object({ fileName: z.string(), base64: z.string() }),
  },

  'exports:create': {
    input: z.object({ runId: z.string(), folder: z.string().optional(), format: exportFormatSchema.optional() }),
    output: exportRecordSchema,
  },
  /** What a run can be written as, the default first; nothing where it adapted a model. */
  'exports:formats': { input: z.object({ runId: z.string() }), output: z.array(exportFormatSchema) },
  'exports:list': { input: z.object({ runId: z.string() }), output: z.array(exportRecordSchema) },

  'devices:doctor': { input: nothing, output: doctorReportSchema },
  'devices:accelerate': { input: z.object({ build: accelerationBuildSchema }).nullable(), output: none },
  'devices:accelerate-cancel': { input: nothing, output: none },
  'devices:accelerate-remove': { input: nothing, output: none },

  'settings:get': { input: nothing, output: settingsSchema },
  'settings:set': { input: settingsSchema.partial(), output: settingsSchema },
} as const

export type Commands = typeof commands
export type CommandName = keyof Commands
export type CommandInput<Name extends CommandName> = z.input<Commands[Name]['input']>
export type CommandOutput<Name extends CommandName> = z.output<Commands[Name]['output']>

export const events = {
  'datasets:changed': z.null(),
  'models:changed': z.null(),
  'runs:changed': z.object({ id: z.string() }),
  /** At most ten a second for each run. */
  'runs:progress': z.object({ id: z.string(), progress: progressSchema, points: z.array(metricPointSchema) }),
  'predictions:progress': z.object({ runId: z.string(), done: z.number().int(), total: z.number().int() }),
  'devices:acceleration': z.object({
    progress: accelerationProgressSchema.nullable(),
    failure: failureSchema.nullable(),
  }),
} as const

export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<Name extends EventName> = z.output<Events[Name]>

/** What preload and the browser bridge give the renderer as `window.fino`. */
export interface FinoBridge {
  invoke<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Outcome<CommandOutput<Name>>>
  /** Returns the function that stops listening. */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void
  /** Electron only: the path behind a dropped or chosen File; empty in a browser, which uploads instead. */
  pathOf(file: unknown): string
}

/** One request and its answer on the browser host's WebSocket. */
export const socketRequestSchema = z.object({ id: z.number().int(), name: z.string(), input: z.unknown() })
export type SocketMessage =
  | { kind: 'answer'; id: number; outcome: Outcome<unknown> }
  | { kind: 'event'; name: EventName; payload: unknown }
