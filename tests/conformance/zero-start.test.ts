/** Law 1: a strategy that starts at zero leaves the logits as they are without it. */
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../../src/main/engine/models/encoder'
import { classify } from '../../src/main/engine/models/heads'
import { startBackend } from '../support/backend'
import { batchOf, tinyArchitectures, tinyConfig, tinyTexts } from '../support/tiny-models'
import { tinyTunedModel } from '../support/tuned-models'

beforeAll(() => startBackend('cpu'))

describe.each(tinyArchitectures)('zero start: LoRA on %s', (architecture) => {
  const everywhere =
    architecture === 'bert'
      ? ['query', 'key', 'value', 'attention.output.dense', 'intermediate.dense', 'output.dense']
      : ['q_lin', 'k_lin', 'v_lin', 'out_lin', 'lin1', 'lin2']

  it.each([{ targets: everywhere }, {}])('leaves the logits unchanged with options %o', async (options) => {
    const model = tinyTunedModel(architecture, 'lora', { options })
    const batch = batchOf(tinyTexts(4).map(({ tokens }) => tokens))
    const mode = { training: false } as const
    const pass = { config: tinyConfig(architecture), weights: model.weights, mode }
    const without = tf.tidy(() => classify(pass, encode(pass, batch)))
    expect([...(await model.logits(batch, mode).data())]).toEqual([...(await without.data())])
  })

  it('changes them as soon as B is not zero', async () => {
    const model = tinyTunedModel(architecture, 'lora')
    const batch = batchOf(tinyTexts(4).map(({ tokens }) => tokens))
    const before = await model.logits(batch, { training: false }).data()
    const pair = model.parameters.find(({ name }) => name.endsWith('lora_B.weight'))
    if (!pair) throw new Error('no lora_B among the parameters')
    pair.variable.assign(tf.ones(pair.variable.shape))
    expect([...(await model.logits(batch, { training: false }).data())]).not.toEqual([...before])
  })
})
