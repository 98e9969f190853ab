import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import { adapterPath, bottleneckAdapter } from '../../../src/main/engine/strategies/bottleneck-adapter'
import { startBackend } from '../../support/backend'
import { batchOf, tinyArchitectures, tinyConfig, tinyTexts } from '../../support/tiny-models'
import { tinyTunedModel } from '../../support/tuned-models'

beforeAll(() => startBackend('cpu'))

const distilbert = parseConfig({
  model_type: 'distilbert',
  vocab_size: 30522,
  dim: 768,
  n_layers: 6,
  n_heads: 12,
  hidden_dim: 3072,
  max_position_embeddings: 512,
})
const head = 592_130

describe('bottleneckAdapter', () => {
  it('trains one or two small networks a layer, and the head', () => {
    const count = (options: Record<string, string | number>) =>
      bottleneckAdapter.describe(distilbert, 2, options).trainableParameters - head
    const each = (inner: number) => 2 * 768 * inner + inner + 768
    expect(count({})).toBe(6 * each(48))
    expect(count({ variant: 'houlsby' })).toBe(12 * each(48))
    expect(count({ variant: 'parallel', reductionFactor: 2 })).toBe(6 * each(384))
    // Raschka's adapters, 3.6 % of a BERT's parameters in the literature's terms: twelve of width 32 on DistilBERT.
    expect(count({ variant: 'houlsby', reductionFactor: 24 })).toBe(599_424)
  })

  it('counts what it makes, and never makes a bottleneck of no width', () => {
    for (const architecture of tinyArchitectures)
      for (const variant of ['pfeiffer', 'houlsby', 'parallel']) {
        const options = { variant, reductionFactor: 256 }
        const model = tinyTunedModel(architecture, 'bottleneck-adapter', { options })
        const made = model.parameters.reduce((sum, { variable }) => sum + variable.size, 0)
        const described = bottleneckAdapter.describe(tinyConfig(architecture), 2, options)
        expect(made).toBe(described.trainableParameters)
        expect(model.totalParameters).toBe(described.totalParameters)
        model.dispose()
      }
  })

  it("is named as AdapterHub's modules are", () => {
    const at = (architecture: (typeof tinyArchitectures)[number], part: 'attention' | 'feedForward') =>
      adapterPath(tinyConfig(architecture), { layer: 1, part })
    expect(at('bert', 'attention')).toBe('bert.encoder.layer.1.attention.output.adapters')
    expect(at('xlm-roberta', 'feedForward')).toBe('roberta.encoder.layer.1.output.adapters')
    expect(at('distilbert', 'attention')).toBe('distilbert.transformer.layer.1.attention_adapters.adapters')
    expect(at('gpt2', 'feedForward')).toBe('transformer.h.1.output_adapters.adapters')
    expect(at('qwen2', 'attention')).toBe('model.layers.1.attention_adapters.adapters')
  })

  it('beside the sublayer starts from the unchanged model', async () => {
    const batch = batchOf(tinyTexts(3).map(({ tokens }) => tokens))
    const options = { variant: 'parallel' }
    const model = tinyTunedModel('gpt2', 'bottleneck-adapter', { outputs: null, options })
    const plain = tinyTunedModel('gpt2', 'lora', { outputs: null })
    const [ours, theirs] = [model, plain].map(({ logits }) => logits(batch, { training: false }))
    expect([...((await ours?.data()) ?? [])]).toEqual([...((await theirs?.data()) ?? [1])])
  })

  it('says that encoders do not write', () => {
    expect(bottleneckAdapter.describe(distilbert, null).misfit).toBe('needs-decoder')
    expect(() => tinyTunedModel('bert', 'bottleneck-adapter', { outputs: null })).toThrow(/model that writes/)
  })
})
