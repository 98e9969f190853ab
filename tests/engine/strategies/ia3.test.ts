/** IA3 at one site; whole models are in tests/golden/peft.test.ts. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { modulePath, type Projection } from '../../../src/main/engine/models/weights'
import { tensorOf } from '../../../src/main/engine/parameters'
import { createRandom } from '../../../src/main/engine/random'
import { ia3, scalesInput } from '../../../src/main/engine/strategies/ia3'
import { startBackend } from '../../support/backend'
import { perturbParameters } from '../../support/parameters'
import { tinyArchitectures, tinyConfig, tinyWeights } from '../../support/tiny-models'

beforeAll(() => startBackend('cpu'))

const usual: Record<(typeof tinyArchitectures)[number], string[]> = {
  bert: ['key', 'value', 'output.dense'],
  roberta: ['key', 'value', 'output.dense'],
  'xlm-roberta': ['key', 'value', 'output.dense'],
  distilbert: ['k_lin', 'v_lin', 'lin2'],
  gpt2: ['c_attn', 'mlp.c_proj'],
  llama: ['k_proj', 'v_proj', 'down_proj'],
  mistral: ['k_proj', 'v_proj', 'down_proj'],
  qwen2: ['q_proj', 'v_proj', 'down_proj'],
}

describe.each(tinyArchitectures)('on %s', (architecture) => {
  const config = tinyConfig(architecture)

  it("targets what PEFT's defaults do", () => {
    const [targets] = ia3.options(config, 2)
    expect(targets).toMatchObject({ name: 'targets', value: usual[architecture] })
  })

  it('scales what the feed-forward half’s second module reads and what others give, merged and live', async () => {
    const weights = tinyWeights(config)
    const adaptation = ia3.adapt({ config, weights, outputs: 2, options: {}, random: createRandom(1) })
    perturbParameters(adaptation.parameters)
    const merged = adaptation.merge?.(weights) ?? {}
    const mode = { training: false } as const
    const projections: Projection[] = [architecture === 'gpt2' ? 'queryKeyValue' : 'value', 'feedForwardOut']
    for (const projection of projections) {
      const path = modulePath(config, 1, projection)
      const site = { layer: 1, projection, path }
      const inputs = tensorOf(weights, `${path}.weight`).shape[0] ?? 0
      const x = tf.tensor2d(
        Float32Array.from({ length: 2 * inputs }, (_, at) => Math.cos(at)),
        [2, inputs],
      )
      const apply = (whole: Readonly<Record<string, Tensor>>, read: Tensor2D): Tensor2D => {
        const product: Tensor2D = tf.matMul(read, whole[`${path}.weight`] as Tensor2D)
        const bias = whole[`${path}.bias`]
        return bias ? tf.add(product, bias) : product
      }
      const read: Tensor2D = adaptation.projecting?.(site, x, mode) ?? x
      expect(read === x).toBe(!scalesInput(config, projection))
      const live = await adaptation.projected?.(site, x, apply(weights, read), mode)?.data()
      const plain = await apply(merged, x).data()
      for (const [at, value] of plain.entries()) expect(live?.[at]).toBeCloseTo(value, 5)
      const before = await apply(weights, x).data()
      expect([...before]).not.toEqual([...plain])
    }
  })
})

it('keeps weight decay away from the factors, which it would pull from one to zero', () => {
  const config = tinyConfig('bert')
  const { parameters } = ia3.adapt({
    config,
    weights: tinyWeights(config),
    outputs: 2,
    options: {},
    random: createRandom(1),
  })
  for (const { name, decays } of parameters.filter((one) => one.name.endsWith('.ia3_l')))
    expect(decays, name).toBe(false)
})
