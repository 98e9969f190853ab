import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors } from '../../../src/main/engine/formats/safetensors'
import type { TunedModel } from '../../../src/main/engine/models/tuned-model'
import { decodeCheckpoint, decodeParameters } from '../../../src/main/engine/training/checkpoint'
import { createSchedule, decayAfter, learningRateAfter } from '../../../src/main/engine/training/schedule'
import { keepUsedWords } from '../../../src/main/engine/training/used-words'
import { startBackend } from '../../support/backend'
import { memoryStore, runTraining, tinyRecipe, tinyTask, valuesOf } from '../../support/training'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))
afterEach(() => tf.disposeVariables())

const texts = ['1 7 9 2', '1 8 2', '1 9 9 7 2', '1 11 2', '1 7 2', '1 12 8 2']
const targets = texts.map((text, index) => ({ text, target: index % 2 === 0 ? 'no' : 'yes' }))
const recipe = { ...tinyRecipe, epochs: 2, learningRate: 0.01, weightDecay: 0.1 }
const task = (model: TunedModel, store = memoryStore()) =>
  tinyTask(model, { recipe, store, train: targets, validation: [{ text: '1 13 2', target: 'no' }] })
/** The same model with its whole table in training. */
const whole = ({ words: _, ...model }: TunedModel): TunedModel => model

describe.each(['bert', 'gpt2'] as const)('full finetuning of %s', (architecture) => {
  it('gives what training every word gives, in checkpoints too', async () => {
    const [few, all] = [tinyTunedModel(architecture, 'full'), tinyTunedModel(architecture, 'full')]
    const table = few.words?.name as string
    const start = (await valuesOf(few))[table] as number[]
    const [fewStore, allStore] = [memoryStore(), memoryStore()]
    const trained = await runTraining(task(few, fewStore))
    const expected = await runTraining(task(whole(all), allStore))
    expect(trained.losses).toEqual(expected.losses)
    const [got, want] = [await valuesOf(few), await valuesOf(all)]
    for (const [name, values] of Object.entries(want))
      for (const [index, value] of values.entries()) expect(got[name]?.[index]).toBeCloseTo(value, 6)
    expect(got[table]?.slice(0, 16)).not.toEqual(start.slice(0, 16)) // the padding's row, which only decays

    const { fingerprint } = decodeSafetensors(fewStore.last as Uint8Array).metadata
    const [saved, others] = [fewStore, allStore].map((store) =>
      decodeCheckpoint(store.last as Uint8Array, few.parameters, fingerprint as string),
    )
    expect(saved?.optimizer).toEqual(others?.optimizer)
    for (const [index, value] of (others?.parameters[table] ?? []).entries())
      expect(saved?.parameters[table]?.[index]).toBeCloseTo(value, 6)
    const best = decodeParameters(fewStore.bests.get(trained.report.bestStep) as Uint8Array, few.parameters)
    expect([...(best[table] ?? [])]).toEqual(got[table])
  })
})

it('keeps the words that occur, and the padding', () => {
  const model = tinyTunedModel('bert', 'full')
  const examples = [[{ tokenIds: Int32Array.of(1, 9, 2), target: new Float32Array(1) }]]
  const before = tf.memory().numTensors
  const words = keepUsedWords(model, 0, examples)
  const table = words.model.parameters.find(({ name }) => name === model.words?.name)
  expect(table?.variable.shape).toEqual([4, 16])
  expect(words.renumber(examples[0] ?? []).map(({ tokenIds }) => [...tokenIds])).toEqual([[1, 3, 2]])
  expect(words.model.parameters).toHaveLength(model.parameters.length)
  expect(() => words.renumber([{ tokenIds: Int32Array.of(5), target: new Float32Array(1) }])).toThrow(
    /does not|not among/,
  )
  words.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

it('leaves models alone that read the table otherwise, or do not train it', () => {
  const examples = [[{ tokenIds: Int32Array.of(1, 9, 2), target: new Float32Array(1) }]]
  const language = tinyTunedModel('gpt2', 'full', { outputs: null })
  const upper = tinyTunedModel('bert', 'full', { options: { upperLayers: 1 } })
  for (const model of [language, upper, tinyTunedModel('bert', 'lora')]) {
    expect(model.words).toBeUndefined()
    expect(keepUsedWords(model, 0, examples).model).toBe(model)
  }
  const many = [[{ tokenIds: Int32Array.from({ length: 60 }, (_, id) => id), target: new Float32Array(1) }]]
  const full = tinyTunedModel('bert', 'full')
  expect(keepUsedWords(full, 0, many).model).toBe(full)
})

it('decays as the optimizer does', () => {
  const schedule = createSchedule(0.1, 4, 0.25)
  const rates = [0, 1, 2].map((done) => learningRateAfter(schedule, done))
  expect(decayAfter(schedule, 3, 0.5)).toBeCloseTo(
    rates.reduce((left, rate) => left * (1 - 0.5 * rate), 1),
    12,
  )
  expect([decayAfter(schedule, 0, 0.5), decayAfter(schedule, 3, 0)]).toEqual([1, 1])
})
