/** Small training tasks over tiny models: real strategies, real loop, texts written as token ids. */

import type { LabelledText, Tokenizer } from '../../src/main/engine/data/encode'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import type {
  CheckpointStore,
  StopFlag,
  TrainingEvent,
  TrainingRecipe,
  TrainingReport,
  TrainingTask,
} from '../../src/main/engine/training/events'
import { train } from '../../src/main/engine/training/train'
import { tinyTexts } from './tiny-models'

/** Texts are token ids with spaces between: "1 17 5 2". The last id stays when one is cut. */
export const numberTokenizer: Tokenizer = {
  paddingId: 0,
  encode: async (texts, maxLength) =>
    texts.map((text) => {
      const tokens = text.split(' ').map(Number)
      if (maxLength === null || tokens.length <= maxLength) return Int32Array.from(tokens)
      return Int32Array.from([...tokens.slice(0, maxLength - 1), tokens.at(-1) ?? 0])
    }),
}

export const tinyRecipe: TrainingRecipe = {
  epochs: 3,
  batchSize: 4,
  accumulationSteps: 1,
  maxLength: 16,
  learningRate: 1e-3,
  weightDecay: 0.01,
  warmupShare: 0.1,
  clipNorm: 1,
  seed: 11,
  patience: 0,
}

export function labelledTexts(count: number, seed: number): LabelledText[] {
  return tinyTexts(count, seed).map(({ tokens, label }) => ({ text: tokens.join(' '), label }))
}

/** Keeps checkpoints in memory, as the files of a run would. */
export interface MemoryStore extends CheckpointStore {
  last: Uint8Array | null
  readonly bests: Map<number, Uint8Array>
}

export function memoryStore(): MemoryStore {
  const bests = new Map<number, Uint8Array>()
  return {
    last: null,
    bests,
    async saveLast(bytes) {
      this.last = bytes.slice()
    },
    async saveBest(step, bytes) {
      bests.set(step, bytes.slice())
    },
  }
}

export function resumeFrom({ last, bests }: MemoryStore): TrainingTask['resume'] {
  if (!last) throw new Error('nothing was saved')
  return {
    last,
    best: async (step) => {
      const bytes = bests.get(step)
      if (!bytes) throw new Error(`no best parameters of step ${step}`)
      return bytes
    },
  }
}

export function tinyTask(model: TunedModel, changes: Partial<TrainingTask> = {}): TrainingTask {
  let milliseconds = 0
  return {
    model,
    tokenizer: numberTokenizer,
    train: labelledTexts(22, 7),
    validation: labelledTexts(9, 8),
    labels: ['no', 'yes'],
    recipe: tinyRecipe,
    clock: () => {
      milliseconds += 1
      return milliseconds
    },
    store: memoryStore(),
    stop: { requested: null },
    checkpointSeconds: Number.POSITIVE_INFINITY,
    cacheLimitBytes: 1e9,
    resume: null,
    ...changes,
  }
}

export interface Trained {
  readonly events: TrainingEvent[]
  readonly losses: number[]
  readonly report: TrainingReport
}

/** Runs to the end; `watch` sees each event as it comes. */
export async function runTraining(
  task: TrainingTask,
  watch: (event: TrainingEvent) => void = () => {},
): Promise<Trained> {
  const events: TrainingEvent[] = []
  const work = train(task)
  let next = await work.next()
  while (!next.done) {
    events.push(next.value)
    watch(next.value)
    next = await work.next()
  }
  const losses = events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []))
  return { events, losses, report: next.value }
}

export function mutableStop(): { requested: StopFlag['requested'] } {
  return { requested: null }
}

/** Every trained value, for comparing to the bit. */
export async function valuesOf(model: TunedModel): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {}
  for (const { name, variable } of model.parameters) values[name] = [...(await variable.data())]
  return values
}
