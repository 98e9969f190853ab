import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TunedModel } from '../../../src/main/engine/models/tuned-model'
import type { TrainingEvent } from '../../../src/main/engine/training/events'
import { outputsOf } from '../../../src/shared/problem'
import { startBackend } from '../../support/backend'
import {
  memoryStore,
  mutableStop,
  resumeFrom,
  runTraining,
  tinyProblems,
  tinyRecipe,
  tinyTargets,
  tinyTask,
  valuesOf,
} from '../../support/training'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))
afterEach(() => tf.disposeVariables())

const stepsOf = (events: TrainingEvent[]) => events.flatMap((event) => (event.kind === 'step' ? [event] : []))
const evaluationsOf = (events: TrainingEvent[]) =>
  events.flatMap((event) => (event.kind === 'evaluation' ? [event] : []))

describe('a run', () => {
  it('tells phases, steps, evaluations and checkpoints in order', async () => {
    const { events, report } = await runTraining(tinyTask(tinyTunedModel('bert', 'head-only')))
    const story = events.map((event) => (event.kind === 'phase' ? event.phase : event.kind))
    const told = story.filter((word, index) => word !== story[index - 1])
    const epoch = ['step', 'evaluating', 'evaluation', 'checkpoint']
    expect(told).toEqual(['encoding', 'caching', ...epoch, ...epoch, ...epoch])
    const steps = stepsOf(events)
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1))
    expect(steps.every(({ totalSteps, tokens }) => totalSteps === 18 && tokens > 0)).toBe(true)
    expect(steps.at(-1)?.epoch).toBe(3)
    expect(report).toMatchObject({ steps: 18, epochs: 3, stoppedBecause: 'finished' })
  })

  it('leaves the best parameters in the classifier', async () => {
    const model = tinyTunedModel('bert', 'full')
    const store = memoryStore()
    const { report, events } = await runTraining(
      tinyTask(model, { store, recipe: { ...tinyRecipe, epochs: 6, learningRate: 0.02 } }),
    )
    const best = evaluationsOf(events).reduce((left, right) => {
      const [a, b] = [left.evaluation.metrics, right.evaluation.metrics]
      if (a.kind !== 'single-label' || b.kind !== 'single-label') throw new Error('another kind of scores')
      return b.macroF1 > a.macroF1 || (b.macroF1 === a.macroF1 && b.loss < a.loss) ? right : left
    })
    expect(report.bestStep).toBe(best.evaluation.step)
    expect(report.validation).toEqual(best.evaluation.metrics)
    expect(Math.max(...store.bests.keys())).toBe(report.bestStep)
  })

  it('stops early where patience runs out', async () => {
    const recipe = { ...tinyRecipe, epochs: 50, learningRate: 1e-7, warmupShare: 0, patience: 2 }
    const { report } = await runTraining(tinyTask(tinyTunedModel('bert', 'full'), { recipe }))
    expect(report.stoppedBecause).toBe('early-stopping')
    expect(report.epochs).toBeLessThan(50)
  })

  it.each(['equal', 'balanced'] as const)(
    'accumulates with %s labels: 2 batches of 4 do what 1 of 8 does',
    async (labelWeights) => {
      const options = { strategy: 'head-only' as const }
      const rates = { ...tinyRecipe, labelWeights, epochs: 2 }
      const run = async (recipe: typeof tinyRecipe) => {
        // No dropout: the masks of one large and two small batches differ.
        const model = tinyTunedModel('bert', options.strategy)
        const quiet = {
          ...model,
          logits: (...[batch, , hidden]: Parameters<typeof model.logits>) =>
            model.logits(batch, { training: false }, hidden),
        }
        const { losses } = await runTraining(tinyTask(quiet, { recipe }))
        return { losses, values: await valuesOf(model) }
      }
      const whole = await run({ ...rates, batchSize: 8, accumulationSteps: 1 })
      const halves = await run({ ...rates, batchSize: 4, accumulationSteps: 2 })
      expect(halves.losses.length).toBe(whole.losses.length)
      for (const [index, loss] of halves.losses.entries()) expect(loss).toBeCloseTo(whole.losses[index] as number, 5)
      for (const [name, values] of Object.entries(halves.values)) {
        for (const [index, value] of values.entries())
          expect(value).toBeCloseTo(whole.values[name]?.[index] as number, 4)
      }
    },
  )

  it('goes on from its last state with a step cut into smaller batches, as memory may ask for', async () => {
    const recipe = { ...tinyRecipe, epochs: 2, batchSize: 8 }
    const quietModel = () => {
      const model = tinyTunedModel('bert', 'head-only')
      const logits: typeof model.logits = (batch, _, hidden) => model.logits(batch, { training: false }, hidden)
      return { ...model, logits }
    }
    const store = memoryStore()
    const whole = await runTraining(tinyTask(quietModel(), { recipe }))
    const dying = runTraining(tinyTask(quietModel(), { recipe, store, checkpointSeconds: 0 }), (event) => {
      if (event.kind === 'step' && event.step === 3) throw new Error('out of memory')
    })
    await expect(dying).rejects.toThrow('out of memory')
    const smaller = { ...recipe, batchSize: 2, accumulationSteps: 4 }
    const rest = await runTraining(tinyTask(quietModel(), { recipe: smaller, store, resume: resumeFrom(store) }))
    expect(rest.losses).toHaveLength(whole.losses.length - 2)
    for (const [index, loss] of rest.losses.entries()) expect(loss).toBeCloseTo(whole.losses[index + 2] as number, 5)
  })

  it('fails as diverged, keeping the last good checkpoint', async () => {
    const store = memoryStore()
    const recipe = { ...tinyRecipe, clipNorm: 0, epochs: 3 }
    const model = tinyTunedModel('bert', 'full')
    const work = runTraining(tinyTask(model, { recipe, store }), (event) => {
      if (event.kind === 'step' && event.step === 8) {
        const { variable } = model.parameters[0] as (typeof model.parameters)[number]
        variable.assign(tf.fill(variable.shape, Number.NaN))
      }
    })
    await expect(work).rejects.toMatchObject({ code: 'run-diverged', details: { step: 9 } })
    expect(store.last).not.toBeNull()
  })
})

describe.each(['multi-label', 'regression', 'instruction'] as const)('%s', (kind) => {
  const problem = tinyProblems[kind]
  const strategy = kind === 'instruction' ? 'lora' : 'head-only'
  const tuned = () => tinyTunedModel('llama', strategy, { outputs: outputsOf(problem) })
  /** No dropout: the masks of one large and two small batches differ. */
  const quiet = (model: TunedModel): TunedModel => ({
    ...model,
    logits: (batch, _, hidden) => model.logits(batch, { training: false }, hidden),
  })

  it('is learnt, and the best evaluation is kept', async () => {
    const recipe = { ...tinyRecipe, epochs: 8, learningRate: 0.05 }
    const { events, losses, report } = await runTraining(tinyTask(tuned(), { problem, recipe }))
    const half = losses.length / 2
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(losses.slice(half))).toBeLessThan(0.95 * mean(losses.slice(0, half)))
    const evaluations = evaluationsOf(events)
    expect(evaluations.find(({ evaluation }) => evaluation.step === report.bestStep)?.best).toBe(true)
    expect(report.validation).toMatchObject({ kind, examples: 9 })
  })

  it('accumulates: 2 batches of 4 do what 1 of 8 does', async () => {
    const run = async (batchSize: number, accumulationSteps: number) => {
      const recipe = { ...tinyRecipe, epochs: 2, batchSize, accumulationSteps }
      return (await runTraining(tinyTask(quiet(tuned()), { problem, recipe }))).losses
    }
    const whole = await run(8, 1)
    for (const [index, loss] of (await run(4, 2)).entries()) expect(loss).toBeCloseTo(whole[index] as number, 4)
  })
})

it('fits one linear model on the features of several classes, or of a number', async () => {
  for (const kind of ['multi-label', 'regression'] as const) {
    const problem = tinyProblems[kind]
    const model = tinyTunedModel('bert', 'feature-based', { outputs: outputsOf(problem) })
    const { losses, report } = await runTraining(tinyTask(model, { problem }))
    expect(report.validation.kind).toBe(kind)
    expect(losses.at(-1)).toBeLessThan(losses[0] as number)
  }
})

it('says how many texts have no room for their response, and fails where none has', async () => {
  const problem = tinyProblems.instruction
  const train = [...tinyTargets(6, 7, 'instruction'), { text: '9 9 9 9 9 9 9 9 9 9 9 9 9 9', target: '3' }]
  const model = tinyTunedModel('llama', 'lora', { outputs: null })
  const { events } = await runTraining(tinyTask(model, { problem, train }))
  expect(events.filter(({ kind }) => kind === 'left-out')).toEqual([{ kind: 'left-out', texts: 1, total: 7 }])
  const long = { ...problem, template: '3 3 3 3 3 3 3 3 3 3 3 3 {prompt} 3 3 3 3' }
  const work = runTraining(tinyTask(tinyTunedModel('llama', 'lora', { outputs: null }), { problem: long }))
  await expect(work).rejects.toMatchObject({ code: 'recipe-invalid', details: { maxLength: 16 } })
})

describe('asked to leave', () => {
  it('stops with a score and a state to go on from', async () => {
    const stop = mutableStop()
    const store = memoryStore()
    const { report } = await runTraining(tinyTask(tinyTunedModel('bert', 'lora'), { stop, store }), (event) => {
      if (event.kind === 'step' && event.step === 2) stop.requested = 'stop'
    })
    expect(report).toMatchObject({ stoppedBecause: 'asked', steps: 2, bestStep: 2 })
    expect(report.validation.examples).toBe(9)

    const whole = await runTraining(tinyTask(tinyTunedModel('bert', 'lora')))
    const rest = await runTraining(tinyTask(tinyTunedModel('bert', 'lora'), { resume: resumeFrom(store) }))
    expect(rest.losses).toEqual(whole.losses.slice(2))
    expect(rest.report.validation).toEqual(whole.report.validation)
  })

  it.each(['encoding', 'caching', 'step', 'evaluating'])('leaves when cancelled in %s', async (moment) => {
    const stop = mutableStop()
    const work = runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { stop }), (event) => {
      if ((event.kind === 'phase' ? event.phase : event.kind) === moment) stop.requested = 'cancel'
    })
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })
})

it('goes on with the same recipe in another order of fields', async () => {
  const store = memoryStore()
  await runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { store }))
  const recipe = Object.fromEntries(Object.entries(tinyRecipe).reverse()) as typeof tinyRecipe
  const again = tinyTask(tinyTunedModel('bert', 'head-only'), { resume: resumeFrom(store), recipe })
  expect((await runTraining(again)).report.stoppedBecause).toBe('finished')
})

it('goes on from a checkpoint of before labels could weigh differently', async () => {
  const store = memoryStore()
  const { labelWeights: _, ...former } = tinyRecipe
  await runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { store, recipe: former as typeof tinyRecipe }))
  const again = (recipe: typeof tinyRecipe) =>
    runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { resume: resumeFrom(store), recipe }))
  expect((await again(tinyRecipe)).report.stoppedBecause).toBe('finished')
  await expect(again({ ...tinyRecipe, labelWeights: 'balanced' })).rejects.toMatchObject({
    code: 'checkpoint-malformed',
  })
})

it('refuses the checkpoint of another recipe', async () => {
  const store = memoryStore()
  await runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { store }))
  const other = tinyTask(tinyTunedModel('bert', 'head-only'), {
    resume: resumeFrom(store),
    recipe: { ...tinyRecipe, learningRate: 0.5 },
  })
  await expect(runTraining(other)).rejects.toMatchObject({ code: 'checkpoint-malformed' })
})
