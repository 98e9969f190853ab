/** Our side of a step: the training loop itself, on texts of one length, stopped after each piece of work that is timed. */
import * as tf from '@tensorflow/tfjs-core'
import type { Problem } from '../../../../shared/problem'
import { keptOutputsLimitBytes } from '../../../../shared/run'
import type { TargetText, Tokenizer } from '../../../engine/data/encode'
import { parseConfig } from '../../../engine/models/config'
import { createTunedModel } from '../../../engine/models/create-tuned-model'
import { expectedTensors } from '../../../engine/models/weights'
import { createRandom } from '../../../engine/random'
import type { TrainingEvent } from '../../../engine/training/events'
import { createMemoryStore } from '../../../engine/training/kept-values'
import { train } from '../../../engine/training/train'
import type { StepCase } from './cases'
import { randomArrays } from './random-model'

export interface Taken {
  readonly seconds: number
  /** Of all threads of this process: what else the machine does leaves it nearly as it is. */
  readonly processorSeconds: number
}

export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export interface Steps {
  /** Does the next one; what a batch took. */
  next(): Promise<Taken>
  dispose(): Promise<void>
}

/** At least as many as the engine reads at once. */
const passTokens = 4096
const labels = ['a', 'b', 'c', 'd']

/** @param steps how many will be asked for at most */
export function openSteps(work: StepCase, steps: number): Steps {
  const { strategy, options, target, timed, batchSize, length } = work
  const config = parseConfig(work.config)
  const problem: Problem =
    target === 'class' ? { kind: 'single-label', labels } : { kind: 'instruction', template: '{prompt}' }
  const weights = Object.fromEntries(
    Object.entries(randomArrays(expectedTensors(config))).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data, shape, 'float32'),
    ]),
  )
  const outputs = target === 'class' ? labels.length : null
  const random = createRandom('parameters')
  const model = createTunedModel({ config, weights, strategy, options, outputs, random })
  // A frozen pass has batches of its own, of as many tokens whatever the recipe.
  const textsAtOnce = timed === 'step' ? batchSize : Math.max(batchSize, Math.ceil(passTokens / length))
  const texts = Array.from({ length: steps * textsAtOnce }, (_, index) => textOf(work, index))
  const events = train({
    model,
    tokenizer: countingTokenizer(config.vocabularySize),
    train: texts,
    validation: texts.slice(0, 1),
    problem,
    recipe: {
      epochs: 1,
      batchSize,
      accumulationSteps: 1,
      maxLength: length,
      learningRate: 1e-4,
      weightDecay: 0.01,
      warmupShare: 0.1,
      clipNorm: 1,
      seed: 1,
      patience: 0,
      labelWeights: 'equal',
      recomputeLayers: work.recomputeLayers === true,
    },
    clock: () => performance.now(),
    store: { saveLast: async () => {}, saveBest: async () => {} },
    stop: { requested: null },
    checkpointSeconds: Number.POSITIVE_INFINITY,
    keeping: createMemoryStore(keptOutputsLimitBytes),
    resume: null,
  })
  let passed = 0
  return {
    async next() {
      const startedAt = performance.now()
      const before = processorSeconds()
      for (;;) {
        const { value, done } = await events.next()
        if (done) throw new Error(`training ended before the ${timed} that was asked for`)
        const share = shareOfBatch(value)
        if (share === null) continue
        return {
          seconds: (performance.now() - startedAt) / 1000 / share,
          processorSeconds: (processorSeconds() - before) / share,
        }
      }
    },
    async dispose() {
      await events.return(undefined as never)
      model.dispose()
    },
  }

  /** How many batches an event was; null where it is none of those that are timed. */
  function shareOfBatch(event: TrainingEvent): number | null {
    if (timed === 'step') return event.kind === 'step' ? 1 : null
    if (event.kind !== 'phase' || event.phase !== 'caching') return null
    const share = (event.done - passed) / batchSize
    passed = event.done
    return share
  }
}

/** Texts say how many tokens they have; a response has its end token beside. */
function textOf({ target, length }: StepCase, index: number): TargetText {
  if (target === 'class') return { text: String(length), target: labels[index % labels.length] as string }
  const prompt = Math.floor(length / 2)
  return { text: String(prompt), target: String(length - prompt - 1) }
}

/** Gives as many tokens as a text says. */
function countingTokenizer(vocabularySize: number): Tokenizer {
  const random = createRandom('tokens')
  const draw = async (texts: readonly string[]) =>
    texts.map((text) => Int32Array.from({ length: Number(text) }, () => 1 + random.integer(vocabularySize - 1)))
  return { paddingId: 0, beginningId: null, endIds: [0], encode: draw, encodePlain: draw, decode: async () => '' }
}
