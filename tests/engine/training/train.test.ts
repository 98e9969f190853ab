import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TrainingEvent } from '../../../src/main/engine/training/events'
import { startBackend } from '../../support/backend'
import {
  memoryStore,
  mutableStop,
  resumeFrom,
  runTraining,
  tinyRecipe,
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

  it('accumulates: 2 batches of 4 do what 1 of 8 does', async () => {
    const options = { strategy: 'head-only' as const }
    const rates = { ...tinyRecipe, epochs: 2 }
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
      for (const [index, value] of values.entries()) expect(value).toBeCloseTo(whole.values[name]?.[index] as number, 4)
    }
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

it('refuses the checkpoint of another recipe', async () => {
  const store = memoryStore()
  await runTraining(tinyTask(tinyTunedModel('bert', 'head-only'), { store }))
  const other = tinyTask(tinyTunedModel('bert', 'head-only'), {
    resume: resumeFrom(store),
    recipe: { ...tinyRecipe, learningRate: 0.5 },
  })
  await expect(runTraining(other)).rejects.toMatchObject({ code: 'checkpoint-malformed' })
})
