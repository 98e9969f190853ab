/** Small training tasks over tiny models: real strategies, real loop, texts written as token ids. */

import type { Encoded, TargetText, Tokenizer } from '../../src/main/engine/data/encode'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import type {
  CheckpointStore,
  StopFlag,
  TrainingEvent,
  TrainingRecipe,
  TrainingReport,
  TrainingTask,
} from '../../src/main/engine/training/events'
import { createMemoryStore } from '../../src/main/engine/training/kept-values'
import type { Objective } from '../../src/main/engine/training/objectives/objective'
import { train } from '../../src/main/engine/training/train'
import type { Problem, ProblemKind } from '../../src/shared/problem'
import { tinyTexts } from './tiny-models'

/** Texts are token ids with spaces between: "1 17 5 2". The last id stays when one is cut. 1 opens, 2 ends. */
export const numberTokenizer: Tokenizer = {
  paddingId: 0,
  beginningId: 1,
  endIds: [2],
  encodePlain: async (texts) => texts.map(numbersIn),
  masking: { maskId: 3, specialIds: new Set([0, 1, 2, 3]), vocabularySize: 60 },
  decode: async (tokenIds) => tokenIds.join(' '),
  encode: async (texts, maxLength) =>
    texts.map((text) => {
      const tokens = [...numbersIn(text)]
      if (maxLength === null || tokens.length <= maxLength) return Int32Array.from(tokens)
      return Int32Array.from([...tokens.slice(0, maxLength - 1), tokens.at(-1) ?? 0])
    }),
}

function numbersIn(text: string): Int32Array {
  return Int32Array.from(
    text.split(/\s+/).filter((part) => /^\d+$/.test(part)),
    Number,
  )
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
  labelWeights: 'equal',
  recomputeLayers: false,
}

export const tinyProblems = {
  'single-label': { kind: 'single-label', labels: ['no', 'yes'] },
  'multi-label': { kind: 'multi-label', labels: ['no', 'yes', 'long'], separator: ',' },
  regression: { kind: 'regression', mean: 6, deviation: 2.5 },
  instruction: { kind: 'instruction', template: '4 {prompt} 5' },
  language: { kind: 'language', objective: 'masked' },
} as const satisfies { [Kind in ProblemKind]: Extract<Problem, { kind: Kind }> }

/** Texts with targets of the problem, all of which can be told from the texts' lengths and places. */
export function tinyTargets(count: number, seed: number, kind: ProblemKind = 'single-label'): TargetText[] {
  return tinyTexts(count, seed).map(({ tokens, label }) => {
    const name = label === 1 ? 'yes' : 'no'
    switch (kind) {
      case 'single-label':
        return { text: tokens.join(' '), target: name }
      case 'multi-label':
        return { text: tokens.join(' '), target: tokens.length > 7 ? `${name},long` : name }
      case 'regression':
        return { text: tokens.join(' '), target: String(tokens.length) }
      case 'instruction':
        return { text: tokens.slice(1, 4).join(' '), target: [...tokens.slice(1, 3)].reverse().join(' ') }
      case 'language':
        return { text: tokens.join(' '), target: '' }
      default:
        return kind satisfies never
    }
  })
}

/** What an objective makes of texts with these targets. */
export async function encodeWith(objective: Objective, targets: readonly string[]): Promise<Encoded> {
  const texts = targets.map((target) => ({ text: '1 9 2', target }))
  const work = objective.encode(numberTokenizer, texts, 16)
  let next = await work.next()
  while (!next.done) next = await work.next()
  return next.value
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

/** `changes.problem` decides the texts, where they are not given. */
export function tinyTask(model: TunedModel, changes: Partial<TrainingTask> = {}): TrainingTask {
  let milliseconds = 0
  const problem = changes.problem ?? tinyProblems['single-label']
  return {
    model,
    tokenizer: numberTokenizer,
    train: tinyTargets(22, 7, problem.kind),
    validation: tinyTargets(9, 8, problem.kind),
    problem,
    recipe: tinyRecipe,
    clock: () => {
      milliseconds += 1
      return milliseconds
    },
    store: memoryStore(),
    stop: { requested: null },
    checkpointSeconds: Number.POSITIVE_INFINITY,
    keeping: createMemoryStore(1e9),
    resume: null,
    ...changes,
  }
}

/** Two steps an epoch, for laws that are tried on everything. */
export const shortRecipe: TrainingRecipe = { ...tinyRecipe, epochs: 1 }

export function shortTask(model: TunedModel, kind: ProblemKind, changes: Partial<TrainingTask> = {}): TrainingTask {
  return tinyTask(model, {
    problem: tinyProblems[kind],
    recipe: shortRecipe,
    train: tinyTargets(8, 7, kind),
    validation: tinyTargets(3, 8, kind),
    ...changes,
  })
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
