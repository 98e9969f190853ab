/** Adapters that peft wrote: the engine has peft's logits, gradients and losses with them, and writes the same files. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downloadArrays, type FloatArray } from '../../src/main/engine/formats/arrays'
import { readPeft, writePeft } from '../../src/main/engine/formats/peft'
import { adapterConfigFile, adapterFile } from '../../src/main/engine/formats/peft-method'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { countParameters } from '../../src/main/engine/parameters'
import { strategyOf } from '../../src/main/engine/strategies/index'
import { startBackend, testBackends } from '../support/backend'
import { goldenAdapters, goldenGradients, openGoldenAdapter } from '../support/golden-peft'
import {
  differenceOfGradients,
  differenceOfLogits,
  differenceOfLosses,
  pinnedBatch,
  printDifferences,
  tolerances,
} from '../support/pinned'

const rows: Record<string, string | number>[] = []

it('has every method on every architecture that peft accepts', () => {
  // Seven methods, two tasks on two decoders; DistilBERT takes no prefix, plain or projected.
  expect(goldenAdapters).toHaveLength(3 * 7 - 2 + 2 * 2 * 7)
})

describe.each(testBackends)('with %s', (backend) => {
  beforeAll(() => startBackend(backend))

  describe.each(goldenAdapters)('$name', (one) => {
    const { expected, outputs } = one
    const language = outputs === null
    const row: Record<string, string | number> = { backend, adapter: one.name }
    rows.push(row)

    it(`has the logits within ${tolerances.logits}`, async () => {
      const { model } = await openGoldenAdapter(one)
      const theirs = one.tensors.logits as FloatArray
      const most = await differenceOfLogits(model, pinnedBatch(expected, 0), theirs, language)
      row['logits differ by'] = most
      expect(most).toBeLessThanOrEqual(tolerances.logits)
      model.dispose()
    })

    it(`has every trained parameter's gradient within ${tolerances.gradients}`, async () => {
      const { model, config, reading } = await openGoldenAdapter(one)
      const theirs = goldenGradients(one, config)
      expect(countParameters(model.parameters)).toBe(expected.trainableParameters)
      const described = strategyOf(reading.strategy).describe(config, outputs, reading.options)
      expect(described.trainableParameters).toBe(expected.trainableParameters)
      const most = await differenceOfGradients(model, model.parameters, pinnedBatch(expected, 0), theirs, language)
      row['gradients differ by'] = most
      expect(most).toBeLessThanOrEqual(tolerances.gradients)
      model.dispose()
    })

    it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
      const { model } = await openGoldenAdapter(one)
      const most = await differenceOfLosses(model, model.parameters, expected, language)
      row['losses differ by'] = most
      expect(most).toBeLessThanOrEqual(tolerances.losses)
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

afterAll(() => printDifferences('Largest differences from peft', rows))

/** Lists are sets to peft; it saves DistilBERT's pre_classifier without naming it, and means two modules by "c_proj". */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const named = value.flatMap((item) => (item === 'c_proj' ? ['attn.c_proj', 'mlp.c_proj'] : [item]))
  return named.filter((item) => item !== 'pre_classifier').sort()
}
