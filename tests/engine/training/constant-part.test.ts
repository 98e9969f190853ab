import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { planByLength } from '../../../src/main/engine/data/batches'
import type { TunedModel } from '../../../src/main/engine/models/tuned-model'
import { type ConstantParts, computeConstantParts } from '../../../src/main/engine/training/constant-part'
import { createMemoryStore, type KeptValues, type KeptValuesStore } from '../../../src/main/engine/training/kept-values'
import { startBackend } from '../../support/backend'
import { tinyTexts } from '../../support/tiny-models'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const examples = tinyTexts(9).map(({ tokens }) => ({ tokenIds: Int32Array.from(tokens), target: new Float32Array(1) }))
const inputs = { examples, paddingId: 0 }
const [plan] = planByLength(examples, 9, [16])
if (!plan) throw new Error('needs a batch')

/** Finds again what was kept, as files do. */
function rememberingStore(): KeptValuesStore & { readonly kept: Map<string, KeptValues> } {
  const memory = createMemoryStore(1e9)
  const kept = new Map<string, KeptValues>()
  return {
    kept,
    find: async ({ part }) => kept.get(part) ?? null,
    async create(name, count) {
      const writer = await memory.create(name, count)
      if (!writer) throw new Error('needs memory')
      return {
        ...writer,
        async finish() {
          const values = await writer.finish()
          kept.set(name.part, { ...values, release: () => {} })
          return { ...values, release: () => {} }
        },
      }
    },
  }
}

async function compute(model: TunedModel, store: KeptValuesStore): Promise<ConstantParts | null> {
  const work = computeConstantParts(model, inputs, store)
  let next = await work.next()
  while (!next.done) next = await work.next()
  return next.value
}

/** Counts how the constant part is asked for: 0 = from the embeddings. */
function counting(model: TunedModel): { model: TunedModel; begun: number[] } {
  const begun: number[] = []
  const constantPart: TunedModel['constantPart'] = (batch, lower) => {
    begun.push(lower?.layers ?? 0)
    return model.constantPart(batch, lower)
  }
  return { model: { ...model, constantPart }, begun }
}

const valuesOf = (parts: ConstantParts | null) => Array.from(tf.tidy(() => parts?.hidden(plan)?.dataSync() ?? []))

describe.each(['bert', 'llama'] as const)('what is kept of %s', (architecture) => {
  it('serves head and features alike, whatever they read', async () => {
    const store = rememberingStore()
    const head = counting(tinyTunedModel(architecture, 'head-only'))
    const first = valuesOf(await compute(head.model, store))
    const features = counting(tinyTunedModel(architecture, 'feature-based'))
    expect(valuesOf(await compute(features.model, store))).toEqual(first)
    expect([head.begun, features.begun]).toEqual([[0], []])
  })

  it('is what strategies with a lower layer left start from', async () => {
    const store = rememberingStore()
    const options = { upperLayers: 1 }
    const lora = counting(tinyTunedModel(architecture, 'lora', { options }))
    const full = counting(tinyTunedModel(architecture, 'full', { options }))
    const head = counting(tinyTunedModel(architecture, 'head-only'))
    for (const { model } of [lora, full, head]) await compute(model, store)
    expect([lora.begun, full.begun, head.begun]).toEqual([[0], [], [1]])
    const alone = valuesOf(await compute(head.model, createMemoryStore(1e9)))
    expect(valuesOf(await compute(head.model, store))).toEqual(alone)
  })
})

it('is nothing where there is no room, and leaves no tensor behind', async () => {
  const model = tinyTunedModel('bert', 'head-only')
  const before = tf.memory().numTensors
  expect(await compute(model, createMemoryStore(9 * 3 * 16 * 4 - 1))).toBeNull()
  expect(await compute(model, createMemoryStore(9 * 3 * 16 * 4))).not.toBeNull()
  expect(tf.memory().numTensors).toBe(before)
})

it('gives memory back when it is released, or given up half way', async () => {
  const model = tinyTunedModel('bert', 'head-only')
  const store = createMemoryStore(9 * 3 * 16 * 4)
  const kept = await compute(model, store)
  expect(await compute(model, store)).toBeNull()
  kept?.release()
  expect(() => kept?.hidden(plan)).toThrow(/released/)
  const work = computeConstantParts(model, inputs, store)
  await work.next()
  await work.return(null)
  expect(await compute(model, store)).not.toBeNull()
})
