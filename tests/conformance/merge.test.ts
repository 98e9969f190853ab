/** Law 3: merged = live, and merging thrice = once. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAdaptedModel } from '../../src/main/engine/models/create-tuned-model'
import { encode } from '../../src/main/engine/models/encoder'
import { classify } from '../../src/main/engine/models/heads'
import type { Weights } from '../../src/main/engine/parameters'
import { createRandom } from '../../src/main/engine/random'
import { lora } from '../../src/main/engine/strategies/lora'
import { startBackend } from '../support/backend'
import { perturbParameters } from '../support/parameters'
import { batchOf, tinyArchitectures, tinyConfig, tinyTexts, tinyWeights } from '../support/tiny-models'

beforeAll(() => startBackend('cpu'))

describe.each(tinyArchitectures)('merge: LoRA on %s', (architecture) => {
  const config = tinyConfig(architecture)
  const mode = { training: false } as const
  const start = () => {
    const base = { config, weights: tinyWeights(config), classes: 3, options: {}, random: createRandom(5) }
    const adaptation = lora.adapt(base)
    perturbParameters(adaptation.parameters)
    return { base, adaptation, model: createAdaptedModel(base, adaptation) }
  }
  const plainLogits = (weights: Weights) => {
    const pass = { config, weights, mode }
    return tf.tidy(() => classify(pass, encode(pass, batchOf(tinyTexts(4).map(({ tokens }) => tokens))))).data()
  }

  it('gives the logits of the live adapters', async () => {
    const { adaptation, model } = start()
    const merged = adaptation.merge?.(model.weights)
    if (!merged) throw new Error('LoRA does not merge')
    const live = await model.logits(batchOf(tinyTexts(4).map(({ tokens }) => tokens)), mode).data()
    const plain = await plainLogits(merged)
    for (const [index, value] of live.entries()) expect(plain[index]).toBeCloseTo(value, 5)
  })

  it('leaves the base as it was, so that a third merge equals the first bit for bit', async () => {
    const { adaptation, model } = start()
    const once = await plainLogits(adaptation.merge?.(model.weights) ?? {})
    adaptation.merge?.(model.weights)
    const thrice = await plainLogits(adaptation.merge?.(model.weights) ?? {})
    expect([...thrice]).toEqual([...once])
  })
})
