import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import { llamaAdapter } from '../../../src/main/engine/strategies/llama-adapter'
import { startBackend } from '../../support/backend'
import { batchOf, tinyConfig, tinyConfigJson, tinyTexts } from '../../support/tiny-models'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const seven = parseConfig({
  model_type: 'llama',
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
})

describe('llamaAdapter', () => {
  it('trains 1.2 M parameters on LLaMA-7B, as the paper says: by default its top 30 of 32 layers, prompts of 10', () => {
    const { trainableParameters, totalParameters } = llamaAdapter.describe(seven, null)
    expect(trainableParameters).toBe(30 * (10 * 4096 + 1))
    expect(trainableParameters).toBe(1_228_830)
    expect(totalParameters).toBe(6_738_415_616 + 1_228_830)
    const original = llamaAdapter.describe(seven, null, { variant: 'original' })
    expect(original.trainableParameters).toBe(30 * (10 * 4096 + 32))
  })

  it('is exported to PEFT where PEFT computes the same, and says why not elsewhere', () => {
    const missing = (config: Parameters<typeof llamaAdapter.describe>[0], options = {}) =>
      llamaAdapter.describe(config, 2, options).missingExports.map(({ reason }) => reason)
    for (const architecture of ['llama', 'mistral', 'gpt2'] as const)
      expect(llamaAdapter.describe(tinyConfig(architecture), 2).exportFormats).toEqual(['peft', 'fino'])
    expect(missing(tinyConfig('llama'))).toEqual([])
    expect(missing(tinyConfig('llama'), { variant: 'original' })).toEqual(['options-refused'])
    expect(missing(tinyConfig('bert'))).toEqual(['architecture-refused'])
    expect(missing(tinyConfig('qwen2'))).toEqual(['architecture-refused'])
    // PEFT would add the output projection's bias twice, and count the heads wrong.
    for (const change of [{ attention_bias: true }, { head_dim: 6 }])
      expect(missing(parseConfig({ ...tinyConfigJson('llama'), ...change }))).toEqual(['architecture-refused'])
  })

  it.each(['peft', 'original'])(
    'with the variant %s starts from the unchanged model and keeps what lies below',
    async (variant) => {
      const batch = batchOf(tinyTexts(3).map(({ tokens }) => tokens))
      const options = { layers: 1, length: 3, variant }
      const model = tinyTunedModel('llama', 'llama-adapter', { outputs: null, options })
      expect(model.constantDepth).toBe(2)
      expect(model.parameters.map(({ name, variable }) => [name, variable.shape])).toEqual([
        ['model.layers.1.self_attn.adaption_prompt', [1, 3, 16]],
        ['model.layers.1.self_attn.adaption_gate', [variant === 'peft' ? 1 : 4]],
      ])
      const plain = tinyTunedModel('llama', 'lora', { outputs: null })
      const [ours, theirs] = [model, plain].map(({ logits }) => logits(batch, { training: false }))
      expect([...((await ours?.data()) ?? [])]).toEqual([...((await theirs?.data()) ?? [1])])
    },
  )

  it('refuses more layers than there are', () => {
    expect(() => llamaAdapter.describe(tinyConfig('llama'), null, { layers: 3 })).toThrow(/layers is 3/)
  })
})
