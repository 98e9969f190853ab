/** The laws of training, for models that learn from texts alone. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Arrays, downloadArrays } from '../../../src/main/engine/formats/arrays'
import { loadModel, toHuggingFace } from '../../../src/main/engine/formats/hugging-face'
import { createLanguageModel } from '../../../src/main/engine/models/language-model'
import { hasMaskedHead } from '../../../src/main/engine/models/masked-head'
import { createRandom } from '../../../src/main/engine/random'
import { train } from '../../../src/main/engine/training/train'
import type { Architecture } from '../../../src/shared/model'
import type { Problem } from '../../../src/shared/problem'
import { startBackend } from '../../support/backend'
import { folderInMemory } from '../../support/folders'
import { batchOf, tinyConfig, tinyWeights } from '../../support/tiny-models'
import {
  memoryStore,
  mutableStop,
  resumeFrom,
  runTraining,
  tinyRecipe,
  tinyTask,
  valuesOf,
} from '../../support/training'

beforeAll(() => startBackend('wasm'))

const cases = [
  ['bert', 'masked'],
  ['distilbert', 'masked'],
  ['roberta', 'masked'],
  ['gpt2', 'causal'],
  ['llama', 'causal'],
] as const satisfies readonly [Architecture, string][]

describe.each(cases)('a language model that learns from texts, %s', (architecture, objective) => {
  const config = tinyConfig(architecture)
  const problem: Problem = { kind: 'language', objective }
  const create = () => createLanguageModel({ config, weights: tinyWeights(config), random: createRandom(3) })
  const recipe = { ...tinyRecipe, epochs: 2 }

  it('gives the same losses for the same seed, and goes on as if never stopped', async () => {
    const [whole, again, first, second] = [create(), create(), create(), create()]
    const { losses, report } = await runTraining(tinyTask(whole, { problem, recipe }))
    expect(losses.length).toBe(12)
    expect((await runTraining(tinyTask(again, { problem, recipe }))).losses).toEqual(losses)

    const store = memoryStore()
    const stop = mutableStop()
    const before = await runTraining(tinyTask(first, { problem, recipe, store, stop }), (event) => {
      if (event.kind === 'step' && event.step === 8) stop.requested = 'stop'
    })
    const after = await runTraining(tinyTask(second, { problem, recipe, store, resume: resumeFrom(store) }))
    expect([...before.losses, ...after.losses]).toEqual(losses)
    expect(after.report.validation).toEqual(report.validation)
    expect(await valuesOf(second)).toEqual(await valuesOf(whole))
    for (const model of [whole, again, first, second]) model.dispose()
  })

  it('learns, and holds no tensor afterwards, nor when it is left', async () => {
    const outside = tf.memory().numTensors
    const model = create()
    const idle = tf.memory().numTensors
    const { losses } = await runTraining(
      tinyTask(model, { problem, recipe: { ...recipe, epochs: 12, learningRate: 5e-3 } }),
    )
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(losses.slice(-6))).toBeLessThan(0.9 * mean(losses.slice(0, 6)))
    expect(tf.memory().numTensors).toBe(idle)
    for await (const event of train(tinyTask(model, { problem, recipe }))) if (event.kind === 'step') break
    expect(tf.memory().numTensors).toBe(idle)
    model.dispose()
    expect(tf.memory().numTensors).toBe(outside)
  })

  it('is asked at some places alone, whatever the padding', async () => {
    const model = create()
    const texts = [[1, 9, 17, 40, 2].map((token) => token + 2), [5, 8, 4]]
    const read = async (time: number) => {
      const places = tf.tensor1d([1, 2, time], 'int32')
      const logits = model.logits({ ...batchOf(texts, time), places }, { training: false })
      return [...((await logits.data()) as Float32Array)]
    }
    const [tight, loose] = [await read(5), await read(11)]
    expect(tight.length).toBe(3 * 60)
    expect(Math.max(...tight.map((value, at) => Math.abs(value - (loose[at] as number))))).toBeLessThan(1e-5)
    const all = model.logits(batchOf(texts, 5), { training: false })
    expect(all.shape).toEqual([2, 5, 60])
    const whole = [...((await all.data()) as Float32Array)]
    expect(
      Math.max(...tight.slice(0, 60).map((value, at) => Math.abs(value - (whole[60 + at] as number)))),
    ).toBeLessThan(1e-6)
    model.dispose()
  })

  it('is written as transformers reads it and read back to the bit, whatever of the base no token passes with it', async () => {
    const model = create()
    await runTraining(tinyTask(model, { problem, recipe: { ...recipe, epochs: 1 } }))
    const arrays = await downloadArrays(model.weights)
    const written = folderInMemory(toHuggingFace(config, arrays, problem, 0))
    const { config: read, weights } = await loadModel(written)
    expect(read.source.architectures).toEqual([classes[architecture]])
    if (architecture === 'bert') expect(arrays['bert.pooler.dense.weight']).toBeDefined()
    if (objective === 'masked') expect(hasMaskedHead(read, weights)).toBe(true)
    expectSame(await downloadArrays(weights), arrays)
    const again = createLanguageModel({ config: read, weights, random: createRandom(99) })
    expectSame(await downloadArrays(again.weights), arrays)
    model.dispose()
    again.dispose()
  })
})

const classes = {
  bert: 'BertForMaskedLM',
  distilbert: 'DistilBertForMaskedLM',
  roberta: 'RobertaForMaskedLM',
  gpt2: 'GPT2LMHeadModel',
  llama: 'LlamaForCausalLM',
} as const

function expectSame(ours: Arrays, theirs: Arrays): void {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort())
  for (const [name, { data }] of Object.entries(theirs)) expect([...(ours[name]?.data ?? [])], name).toEqual([...data])
}
