/** Masked-language models against torch and transformers: logits where it is asked, gradients, ten steps. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Example } from '../../src/main/engine/data/encode'
import { type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { type ModelConfig, parseConfig } from '../../src/main/engine/models/config'
import { createLanguageModel } from '../../src/main/engine/models/language-model'
import { maskedHeadTensors } from '../../src/main/engine/models/masked-head'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { expectedTensors } from '../../src/main/engine/models/weights'
import { createRandom } from '../../src/main/engine/random'
import { clipFactor, globalNorm } from '../../src/main/engine/training/clipping'
import { maskedLanguage } from '../../src/main/engine/training/objectives/masked-language'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { createSchedule, learningRateAfter } from '../../src/main/engine/training/schedule'
import { startBackend, testBackends } from '../support/backend'
import { folderOnDisk } from '../support/folders'
import type { GoldenStep } from '../support/golden'
import { length, tolerances, unused } from '../support/pinned'
import { batchOf, disposeBatch } from '../support/tiny-models'

const models = ['bert', 'bert-untied', 'distilbert', 'roberta', 'xlm-roberta'] as const
const objective = maskedLanguage()
const rows: Record<string, string | number>[] = []

interface Expected {
  readonly training: readonly GoldenStep[]
  readonly schedule: { learningRate: number; weightDecay: number; clipNorm: number }
  readonly batches: readonly { input_ids: number[][]; attention_mask: number[][]; targets: number[][] }[]
}

const cases = testBackends.flatMap((backend) => models.map((model) => ({ backend, model })))

describe.each(cases)('golden $model, masked, with $backend', ({ backend, model: name }) => {
  const folder = join(import.meta.dirname, 'masked', name)
  const expected: Expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
  const arrays = decodeSafetensors(readFileSync(join(folder, 'expected.safetensors'))).tensors as Record<
    string,
    FloatArray
  >
  const row: Record<string, string | number> = { backend, model: name }
  rows.push(row)
  beforeAll(() => startBackend(backend))

  const open = async (): Promise<TunedModel> => {
    const { config, weights } = await loadModel(folderOnDisk(folder))
    return createLanguageModel({ config, weights, random: createRandom(0) })
  }

  it(`has the logits of masked places within ${tolerances.logits}`, async () => {
    const model = await open()
    const logits = await asked(model, examplesOf(expected, 0), async (rows) => [
      ...((await rows.data()) as Float32Array),
    ])
    const theirs = [...(arrays.logits?.data ?? [])]
    expect(logits.length).toBe(theirs.length)
    const size = length(Float32Array.from(theirs)) / Math.sqrt(theirs.length)
    const most = Math.max(...logits.map((value, at) => Math.abs(value - (theirs[at] ?? Number.NaN))))
    row['logits differ by'] = most
    // Single precision is as exact as the logits are large.
    expect(most).toBeLessThanOrEqual(tolerances.logits * Math.max(1, size))
    model.dispose()
  })

  it(`has every parameter's gradient within ${tolerances.gradients}`, async () => {
    const model = await open()
    const theirs = gradientsOf(arrays, parseConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))))
    const { gradients } = differentiate(model, examplesOf(expected, 0))
    expect(Object.keys(gradients).sort()).toEqual([...theirs.keys()].sort())
    const floor = 1e-7 * Math.max(...[...theirs.values()].map(length))
    let most = 0
    for (const [parameter, right] of theirs) {
      const ours = (await gradients[parameter]?.data()) ?? []
      const difference = length(right.map((value, at) => value - (ours[at] ?? Number.NaN)))
      if (length(right) > floor / tolerances.gradients) most = Math.max(most, difference / length(right))
      expect(difference, parameter).toBeLessThanOrEqual(tolerances.gradients * length(right) + floor)
    }
    row['gradients differ by'] = most
    model.dispose()
  })

  it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
    const model = await open()
    const { learningRate, weightDecay, clipNorm } = expected.schedule
    const optimizer = createAdamW(model.parameters, { weightDecay })
    const schedule = createSchedule(learningRate, 10, 0.2)
    let most = 0
    expect(expected.training.length).toBe(10)
    for (const [step, right] of expected.training.entries()) {
      const { loss, gradients } = differentiate(model, examplesOf(expected, step))
      const norm = tf.tidy(() => globalNorm(gradients))
      const factor = tf.tidy(() => clipFactor(norm, clipNorm))
      optimizer.apply(gradients, learningRateAfter(schedule, step), factor)
      most = Math.max(most, Math.abs(((await loss.data())[0] ?? Number.NaN) - right.loss))
      const ours = (await norm.data())[0] ?? Number.NaN
      expect(Math.abs(ours - right.gradientNorm) / right.gradientNorm).toBeLessThan(tolerances.losses)
    }
    row['losses differ by'] = most
    expect(most).toBeLessThan(tolerances.losses)
    optimizer.dispose()
    model.dispose()
  })
})

afterAll(() => {
  console.log('Largest differences from torch and transformers, masked-language models')
  console.table(rows)
})

/** Texts as they are shown, and what stands at the masked places, as the objective keeps them. */
function examplesOf({ batches }: Expected, index: number): Example[] {
  const batch = batches[index % batches.length] as Expected['batches'][number]
  return batch.input_ids.map((ids, text) => {
    const right = batch.targets[text] ?? []
    return {
      tokenIds: Int32Array.from(ids.filter((_, at) => batch.attention_mask[text]?.[at] === 1)),
      target: Float32Array.from(right.flatMap((tokenId, at) => (tokenId >= 0 ? [at, tokenId] : []))),
    }
  })
}

/** What the model says at the masked places of a padded batch. */
async function asked<Result>(
  model: TunedModel,
  examples: readonly Example[],
  read: (logits: tf.Tensor) => Promise<Result>,
): Promise<Result> {
  const batch = batchOf(examples.map(({ tokenIds }) => [...tokenIds]))
  const [, time] = batch.tokenIds.shape
  const at = examples.flatMap(({ target }, text) =>
    [...target].flatMap((value, i) => (i % 2 ? [] : [text * time + value])),
  )
  const places = tf.tensor1d(at, 'int32')
  const logits = model.logits({ ...batch, places }, { training: false })
  const result = await read(logits)
  tf.dispose([logits, places])
  disposeBatch(batch)
  return result
}

function differentiate(model: TunedModel, examples: readonly Example[]) {
  const { parameters } = model
  const batch = batchOf(examples.map(({ tokenIds }) => [...tokenIds]))
  const { value, grads } = tf.variableGrads(
    () =>
      objective.loss({
        examples,
        time: batch.tokenIds.shape[1],
        logits: (places) => model.logits({ ...batch, ...(places && { places }) }, { training: true, random: unused }),
      }),
    parameters.map(({ variable }) => variable),
  )
  disposeBatch(batch)
  const named = parameters.map(({ name, variable }) => [name, grads[variable.name] as tf.Tensor])
  return { loss: value, gradients: Object.fromEntries(named) as Record<string, tf.Tensor> }
}

/** In the engine's layout. */
function gradientsOf(arrays: Record<string, FloatArray>, config: ModelConfig): Map<string, Float32Array> {
  if (config.family !== 'encoder') throw new Error('needs an encoder')
  const tensors = [...expectedTensors(config), ...maskedHeadTensors(config)]
  const linear = new Set(tensors.flatMap(({ name, kind }) => (kind === 'linear' ? [name] : [])))
  return new Map(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith('gradients/'))
      .map(([name, array]) => [name.slice('gradients/'.length), array] as const)
      .map(([name, array]) => [name, linear.has(name) ? transposeArray(array).data : array.data]),
  )
}
