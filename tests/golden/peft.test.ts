/** Adapters that peft wrote: the engine has peft's logits, gradients and losses with them, and writes the same files. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays } from '../../src/main/engine/formats/arrays'
import { readPeft, writePeft } from '../../src/main/engine/formats/peft'
import { adapterConfigFile, adapterFile } from '../../src/main/engine/formats/peft-method'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import type { Batch, TunedModel } from '../../src/main/engine/models/tuned-model'
import { countParameters } from '../../src/main/engine/parameters'
import { strategyOf } from '../../src/main/engine/strategies/index'
import { createAdamW } from '../../src/main/engine/training/optimizer'
import { startBackend, testBackends } from '../support/backend'
import { goldenAdapterBatch, goldenAdapters, goldenGradients, openGoldenAdapter } from '../support/golden-peft'

/** Of logits: times the largest, or 1; torch's own float32 is as far from its double precision where they are large. */
const tolerances = { logits: 5e-6, gradients: 1e-4, losses: 1e-4 }
const rows: Record<string, string | number>[] = []

it('has every method on every architecture that peft accepts', () => {
  // Seven methods, two tasks on two decoders; DistilBERT takes no prefix, plain or projected.
  expect(goldenAdapters).toHaveLength(3 * 7 - 2 + 2 * 2 * 7)
})

describe.each(testBackends)('with %s', (backend) => {
  beforeAll(() => startBackend(backend))

  describe.each(goldenAdapters)('$name', (one) => {
    const { expected, outputs } = one
    const row: Record<string, string | number> = { backend, adapter: one.name }
    rows.push(row)

    it(`has the logits within ${tolerances.logits}`, async () => {
      const { model } = await openGoldenAdapter(one)
      const batch = goldenAdapterBatch(one, 0)
      const logits = model.logits(batch, { training: false })
      expect(logits.shape).toEqual(one.tensors.logits?.shape)
      const ours = await logits.data()
      const mask = await batch.attentionMask.data()
      const width = logits.shape.at(-1) ?? 1
      // What a language model says where there is no text is of no consequence.
      const counts = (at: number) => outputs !== null || mask[Math.floor(at / width)] === 1
      const theirs = one.tensors.logits?.data ?? new Float32Array()
      const most = Math.max(
        ...[...ours].map((value, at) => (counts(at) ? Math.abs(value - (theirs[at] as number)) : 0)),
      )
      row['logits differ by'] = most
      const largest = Math.max(1, ...theirs.map(Math.abs))
      expect(most).toBeLessThanOrEqual(tolerances.logits * largest)
      model.dispose()
    })

    it(`has every trained parameter's gradient within ${tolerances.gradients}`, async () => {
      const { model, config, reading } = await openGoldenAdapter(one)
      const theirs = goldenGradients(one, config)
      const { gradients } = differentiate(model, goldenAdapterBatch(one, 0), outputs)
      expect(model.parameters.map(({ name }) => name).sort()).toEqual([...theirs.keys()].sort())
      expect(countParameters(model.parameters)).toBe(expected.trainableParameters)
      const described = strategyOf(reading.strategy).describe(config, outputs, reading.options)
      expect(described.trainableParameters).toBe(expected.trainableParameters)
      const largest = Math.max(...[...theirs.values()].map(({ data }) => length(data)))
      let most = 0
      for (const { name, variable } of model.parameters) {
        const own = theirs.get(name)
        expect(variable.shape, name).toEqual(own?.shape)
        const ours = (await gradients[name]?.data()) as Float32Array
        const difference = length(ours.map((value, at) => value - (own?.data[at] ?? Number.NaN)))
        most = Math.max(most, difference / (length(own?.data ?? ours) + 1e-3 * largest))
      }
      row['gradients differ by'] = most
      expect(most).toBeLessThanOrEqual(tolerances.gradients)
      model.dispose()
    })

    it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
      const { model } = await openGoldenAdapter(one)
      const { learningRate, weightDecay, losses } = expected.steps
      // One rate for all, as in the script.
      const parameters = model.parameters.map((parameter) => ({ ...parameter, learningRateScale: 1 }))
      const optimizer = createAdamW(parameters, { weightDecay })
      let most = 0
      expect(losses).toHaveLength(10)
      for (const [step, theirs] of losses.entries()) {
        const { loss, gradients } = differentiate(model, goldenAdapterBatch(one, step), outputs)
        optimizer.apply(gradients, learningRate, null)
        most = Math.max(most, Math.abs(((await loss.data())[0] ?? Number.NaN) - theirs))
      }
      row['losses differ by'] = most
      expect(most).toBeLessThanOrEqual(tolerances.losses)
      optimizer.dispose()
      model.dispose()
    })
  })
})

describe.each(goldenAdapters)('$name', (one) => {
  beforeAll(() => startBackend('cpu'))

  it('is written as peft wrote it, and read back as it was', async () => {
    const { model, config, reading } = await openGoldenAdapter(one)
    const { strategy, options, values } = reading
    const parameters = await downloadArrays(
      Object.fromEntries(model.parameters.map(({ name, variable }) => [name, variable])),
    )
    expect(parameters).toEqual(values)
    const files = writePeft({ strategy, options, config, outputs: one.outputs, parameters, baseModel: 'some/model' })
    const adapter = files[adapterFile] as Uint8Array
    const { tensors: theirs } = decodeSafetensors(one.adapter)
    const { tensors: ours } = decodeSafetensors(adapter)
    expect(Object.keys(ours)).toEqual(Object.keys(theirs))
    for (const [name, { shape, data }] of Object.entries(theirs)) {
      expect(ours[name]?.shape).toEqual(shape)
      // The prefix that a network gives is reckoned here in double precision, by peft in single.
      if (one.expected.method === 'projected' && name === 'prompt_embeddings')
        for (const [at, value] of data.entries()) expect(ours[name]?.data[at]).toBeCloseTo(value, 5)
      else expect(ours[name]?.data).toEqual(data)
    }
    const described = JSON.parse(new TextDecoder().decode(files[adapterConfigFile])) as Record<string, unknown>
    const same = new Set(Object.keys(described))
    for (const free of ['base_model_name_or_path', 'prefix_projection', 'encoder_hidden_size']) same.delete(free)
    for (const key of same) expect(sorted(described[key]), key).toEqual(sorted(one.described[key]))
    const again = readPeft(described, adapter, config, one.outputs)
    const expected = readPeft(one.described, one.adapter, config, one.outputs)
    expect(again.options).toEqual(expected.options)
    if (one.expected.method !== 'projected') expect(again.values).toEqual(expected.values)
    model.dispose()
  })
})

afterAll(() => {
  console.log('Largest differences from peft')
  const short = (value: string | number) => (typeof value === 'number' ? value.toExponential(1) : value)
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, short(value)]))))
})

/** Lists are sets to peft; it saves DistilBERT's pre_classifier without naming it, and means two modules by "c_proj". */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const named = value.flatMap((item) => (item === 'c_proj' ? ['attn.c_proj', 'mlp.c_proj'] : [item]))
  return named.filter((item) => item !== 'pre_classifier').sort()
}

function differentiate(model: TunedModel, batch: Batch & { labels: number[][] }, outputs: number | null) {
  const { parameters } = model
  const { value, grads } = tf.variableGrads(
    () => {
      const logits = model.logits(batch, { training: true, random: unused })
      return outputs === null ? lossOfTokens(logits, batch.labels) : lossOfTexts(logits, batch.labels.flat())
    },
    parameters.map(({ variable }) => variable),
  )
  return {
    loss: value,
    gradients: Object.fromEntries(parameters.map(({ name, variable }) => [name, grads[variable.name] as tf.Tensor])),
  }
}

function lossOfTexts(logits: tf.Tensor, labels: number[]): tf.Scalar {
  const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1] ?? 0)
  return tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), -1))) as tf.Scalar
}

/** The logits of each position are judged by the token that follows it. */
function lossOfTokens(logits: tf.Tensor, targets: number[][]): tf.Scalar {
  const next = targets.map((row) => [...row.slice(1), -100])
  const truth = tf.reshape(tf.oneHot(tf.tensor1d(next.flat(), 'int32'), logits.shape[2] ?? 0), logits.shape)
  const count = next.flat().filter((token) => token >= 0).length
  return tf.div(tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits)))), count) as tf.Scalar
}

/** The golden models have no dropout: nothing may be drawn. */
const unused = new Proxy({} as never, {
  get() {
    throw new Error('drew a random number where nothing drops out')
  },
})

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}
