/** Law 6: no tensor leaks from step to step, and none when the loop is left early. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { train } from '../../src/main/engine/training/train'
import { startBackend } from '../support/backend'
import { bound, lawTitle } from '../support/laws'
import { memoryStore, resumeFrom, runTraining, shortRecipe, shortTask, tinyTargets } from '../support/training'
import { type Combination, modelOf } from '../support/tuned-models'

beforeAll(() => startBackend('wasm'))

const moments = ['encoding', 'caching', 'step', 'evaluating', 'evaluation', 'checkpoint']
const combinations = bound(6).map((combination, index) => ({
  ...combination,
  // All combinations together are left at all moments.
  moment: moments[index % moments.length] as string,
}))

describe.each(combinations)(lawTitle(6), ({ moment, ...combination }) => {
  it('holds as many tensors at the last step as at the second, and none afterwards', async () => {
    const outside = tf.memory().numTensors
    const model = modelOf(combination)
    const idle = tf.memory().numTensors
    const counts = await countTensors(combination, model, 2)
    expect(new Set(counts.slice(1)).size).toBe(1)
    expect(tf.memory().numTensors).toBe(idle)
    model.dispose()
    expect(tf.memory().numTensors).toBe(outside)
  })

  it(`leaves none when left at ${moment}`, async () => {
    const model = modelOf(combination)
    const idle = tf.memory().numTensors
    for await (const event of train(shortTask(model, combination.problem))) {
      if ((event.kind === 'phase' ? event.phase : event.kind) === moment) break
    }
    expect(tf.memory().numTensors).toBe(idle)
    model.dispose()
  })

  it('leaves none when a resumed run fails on a damaged checkpoint', async () => {
    const store = memoryStore()
    const first = modelOf(combination)
    await runTraining(shortTask(first, combination.problem, { store }))
    first.dispose()
    if (!store.last) return expect(combination.strategy).toBe('feature-based')
    store.last = store.last.slice(0, -8)
    const model = modelOf(combination)
    const idle = tf.memory().numTensors
    const work = runTraining(shortTask(model, combination.problem, { resume: resumeFrom(store) }))
    await expect(work).rejects.toMatchObject({ code: 'checkpoint-malformed' })
    expect(tf.memory().numTensors).toBe(idle)
    model.dispose()
  })
})

describe('many steps', () => {
  const long = combinations.filter(({ architecture, problem }) => architecture === 'llama' && problem === 'regression')

  it.each(long)('leak no tensor: 200 of $name', async (combination) => {
    const model = modelOf(combination)
    const counts = await countTensors(combination, model, 40)
    if (combination.strategy !== 'feature-based') expect(counts.length).toBe(200)
    expect(new Set(counts.slice(1)).size).toBe(1)
    model.dispose()
  })
})

/** At each step, of five an epoch. */
async function countTensors(combination: Combination, model: ReturnType<typeof modelOf>, epochs: number) {
  const counts: number[] = []
  const small = {
    recipe: { ...shortRecipe, epochs, batchSize: 2 },
    train: tinyTargets(10, 7, combination.problem),
    validation: tinyTargets(3, 8, combination.problem),
  }
  await runTraining(shortTask(model, combination.problem, small), (event) => {
    if (event.kind === 'step') counts.push(tf.memory().numTensors)
  })
  return counts
}
