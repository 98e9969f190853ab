/** LoRA, rsLoRA and DoRA at one site, against formulas written out; whole models are in tests/golden/peft.test.ts. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { dropoutMask } from '../../../src/main/engine/layers/dropout'
import { modulePath } from '../../../src/main/engine/models/weights'
import { tensorOf, type Weights } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import type { Adaptation } from '../../../src/main/engine/strategies/adaptation'
import { lora } from '../../../src/main/engine/strategies/lora'
import type { StrategyOptions } from '../../../src/shared/strategy'
import { startBackend } from '../../support/backend'
import { perturbParameters } from '../../support/parameters'
import { tinyConfig, tinyWeights } from '../../support/tiny-models'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const config = tinyConfig('bert')
const path = modulePath(config, 1, 'query')
const site = { layer: 1, projection: 'query', path } as const

function adapted(options: StrategyOptions, perturbed = true): { weights: Weights; adaptation: Adaptation } {
  const weights = tinyWeights(config)
  const adaptation = lora.adapt({ config, weights, outputs: 2, options, random: createRandom(5) })
  if (perturbed) perturbParameters(adaptation.parameters)
  return { weights, adaptation }
}

const input = (): Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: 48 }, (_, at) => Math.sin(at)),
    [3, 16],
  )
const named = ({ parameters }: Adaptation, name: string): Tensor2D => {
  const parameter = parameters.find((one) => one.name === `${path}.${name}`)
  if (!parameter) throw new Error(`no ${name} among ${parameters.map((one) => one.name)}`)
  return parameter.variable as Tensor as Tensor2D
}
const base = (weights: Weights, x: Tensor2D): Tensor2D =>
  tf.add(tf.matMul(x, tensorOf(weights, `${path}.weight`) as Tensor2D), tensorOf(weights, `${path}.bias`))
const expectClose = async (ours: Tensor, theirs: Tensor) => {
  const expected = await theirs.data()
  for (const [at, value] of (await ours.data()).entries()) expect(value).toBeCloseTo(expected[at] as number, 5)
}

describe('at one site', () => {
  it.each([
    [{ rank: 4, alpha: 6 }, 6 / 4],
    [{ rank: 4, alpha: 6, rankStabilized: true }, 6 / 2],
  ])('adds the difference of %o', async (options, scale) => {
    const { weights, adaptation } = adapted(options)
    const x = input()
    const y = base(weights, x)
    const ours = adaptation.projected?.(site, x, y, { training: false }) as Tensor
    const difference = tf.matMul(tf.matMul(x, named(adaptation, 'lora_A.weight')), named(adaptation, 'lora_B.weight'))
    await expectClose(ours, tf.add(y, tf.mul(difference, scale)))
  })

  it('turns and rescales the weights with DoRA, and merges to the same', async () => {
    const { weights, adaptation } = adapted({ rank: 4, alpha: 6, decomposed: true })
    const [x, bias] = [input(), tensorOf(weights, `${path}.bias`)]
    const ours = adaptation.projected?.(site, x, base(weights, x), { training: false }) as Tensor
    const product = tf.matMul(named(adaptation, 'lora_A.weight'), named(adaptation, 'lora_B.weight'))
    const turned = tf.add(tensorOf(weights, `${path}.weight`), tf.mul(product, 6 / 4)) as Tensor2D
    const share = tf.div(named(adaptation, 'lora_magnitude_vector'), tf.norm(turned, 2, 0))
    await expectClose(ours, tf.add(tf.mul(share, tf.matMul(x, turned)), bias))
    const merged = adaptation.merge?.(weights) ?? {}
    await expectClose(tf.add(tf.matMul(x, merged[`${path}.weight`] as Tensor2D), bias), ours)
  })

  it('leaves the outputs as they are where DoRA begins', async () => {
    const { weights, adaptation } = adapted({ decomposed: true, dropout: 0 }, false)
    const x = input()
    const y = base(weights, x)
    await expectClose(adaptation.projected?.(site, x, y, { training: true, random: createRandom(1) }) as Tensor, y)
  })

  it('drops inputs of the difference alone, with DoRA as PEFT adds it up', async () => {
    const { weights, adaptation } = adapted({ rank: 4, alpha: 6, decomposed: true, dropout: 0.5 })
    const x = input()
    const y = base(weights, x)
    const ours = adaptation.projected?.(site, x, y, { training: true, random: createRandom(1) }) as Tensor
    const kept = tf.mul(x, tf.tensor2d(dropoutMask(48, 0.5, createRandom(1)), [3, 16]))
    const [a, b] = [named(adaptation, 'lora_A.weight'), named(adaptation, 'lora_B.weight')]
    const weight = tensorOf(weights, `${path}.weight`) as Tensor2D
    const norm = tf.norm(tf.add(weight, tf.mul(tf.matMul(a, b), 6 / 4)), 2, 0)
    const share = tf.div(named(adaptation, 'lora_magnitude_vector'), norm)
    const difference = tf.mul(tf.matMul(tf.matMul(kept, a), b), 6 / 4)
    const own = tf.mul(tf.sub(share, 1), tf.matMul(kept, weight))
    await expectClose(ours, tf.add(y, tf.add(own, tf.mul(share, difference))))
  })
})

describe('where it adapts', () => {
  it('targets modules by the end of their path, as PEFT does', () => {
    const paths = (targets: string[]) =>
      adapted({ targets }).adaptation.parameters.flatMap(({ name }) =>
        name.endsWith('.lora_A.weight') ? [name.slice(0, -'.lora_A.weight'.length)] : [],
      )
    expect(paths(['query'])).toEqual([0, 1].map((layer) => modulePath(config, layer, 'query')))
    // "output.dense" is the end of attention.output.dense too.
    expect(paths(['output.dense'])).toHaveLength(4)
  })

  it('keeps the lower layers, and all that they compute, as they are', () => {
    const { adaptation } = adapted({ upperLayers: 1 })
    expect(adaptation.constantDepth).toBe(2)
    expect(adaptation.parameters.some(({ name }) => name.includes('layer.0.'))).toBe(false)
    expect(adapted({}).adaptation.constantDepth).toBe(0)
  })

  it('trains A and B alone in a language model', () => {
    const model = tinyTunedModel('llama', 'lora', { outputs: null })
    for (const { name } of model.parameters) expect(name).toMatch(/\.lora_[AB]\.weight$/)
  })

  it('trains a pooler that the folder lacks, though told not to', () => {
    const entries = Object.entries(tinyWeights(config)).filter(([name]) => !name.includes('pooler'))
    const weights = Object.fromEntries(entries)
    const request = { config, weights, outputs: 2, options: { trainPooler: false }, random: createRandom(1) }
    expect(lora.adapt(request).parameters.map(({ name }) => name)).toContain('bert.pooler.dense.weight')
  })
})

describe('options', () => {
  it.each([
    [{ rank: 0 }, /rank is 0, not a whole number from 1/],
    [{ rank: 7.5 }, /rank is 7.5/],
    [{ dropout: 1 }, /dropout is 1/],
    [{ targets: [] }, /targets/],
    [{ targets: ['bogus'] }, /targets/],
    [{ upperLayers: 2 }, /upperLayers is 2, not a whole number from 0 to 1/],
    [{ trainPooler: 'yes' }, /trainPooler/],
  ])('%o are refused', (options, message) => {
    const before = tf.memory().numTensors
    expect(() => tinyTunedModel('bert', 'lora', { options })).toThrow(message)
    expect(tf.memory().numTensors).toBe(before)
  })
})
