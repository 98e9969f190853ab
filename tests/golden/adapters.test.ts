/** Adapters that AdapterHub and PEFT (LLaMA-Adapter) wrote, opened as anyone's: their logits, gradients and losses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FloatArray } from '../../src/main/engine/formats/arrays'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { countParameters } from '../../src/main/engine/parameters'
import { startBackend } from '../support/backend'
import { openWritten, writtenAdapters, writtenGradients } from '../support/golden-adapters'
import {
  differenceOfGradients,
  differenceOfLogits,
  differenceOfLosses,
  pinnedBatch,
  printDifferences,
  tolerances,
} from '../support/pinned'

const rows: Record<string, string | number>[] = []

it('has three bottleneck adapters on all eight architectures, two heads of another kind, and eight LLaMA-Adapters', () => {
  const names = writtenAdapters.map(({ name }) => name)
  expect(names.filter((name) => /_bn$/.test(name) && !/flexible/.test(name))).toHaveLength(3 * (4 + 2 * 2 + 1 + 1))
  expect(names.filter((name) => /flexible/.test(name))).toHaveLength(2)
  expect(names.filter((name) => name.startsWith('adaption-prompt'))).toHaveLength(8)
})

beforeAll(() => startBackend('wasm'))

describe.each(writtenAdapters)('$name', (one) => {
  const { expected, outputs } = one
  const language = outputs === null
  const row: Record<string, string | number> = { adapter: one.name }
  rows.push(row)

  it(`has the logits within ${tolerances.logits}`, async () => {
    const model = await openWritten(one)
    const theirs = one.tensors.logits as FloatArray
    const most = await differenceOfLogits(model, pinnedBatch(expected, 0), theirs, language)
    row['logits differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.logits)
    model.dispose()
  })

  it(`has every trained parameter's gradient within ${tolerances.gradients}`, async () => {
    const model = await openWritten(one)
    const theirs = writtenGradients(one)
    const parameters = trainedThere(model, theirs)
    expect(countParameters(parameters)).toBe(expected.trainableParameters)
    const most = await differenceOfGradients(model, parameters, pinnedBatch(expected, 0), theirs, language)
    row['gradients differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.gradients)
    model.dispose()
  })

  it(`follows ten steps of AdamW within ${tolerances.losses}`, async () => {
    const model = await openWritten(one)
    const parameters = trainedThere(model, writtenGradients(one))
    const most = await differenceOfLosses(model, parameters, expected, language)
    row['losses differ by'] = most
    expect(most).toBeLessThanOrEqual(tolerances.losses)
    model.dispose()
  })
})

afterAll(() => printDifferences('Largest differences from AdapterHub, and from peft for LLaMA-Adapter', rows))

/** PEFT leaves the head beside a LLaMA-Adapter untrained. */
function trainedThere({ parameters }: TunedModel, theirs: ReadonlyMap<string, unknown>) {
  return parameters.filter(({ name }) => theirs.has(name) || name !== 'score.weight')
}
