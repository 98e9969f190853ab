import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/main/engine/models/config'
import { tinyConfigJson } from '../../support/tiny-models'

const refusal = (json: unknown) => {
  try {
    parseConfig(json)
  } catch (thrown) {
    return thrown
  }
  return undefined
}

describe('parseConfig', () => {
  it('reads a BERT config with its defaults', () => {
    const config = parseConfig(tinyConfigJson('bert'))
    expect(config).toMatchObject({
      architecture: 'bert',
      width: 16,
      layers: 2,
      heads: 2,
      feedForwardWidth: 24,
      tokenTypes: 2,
      normEpsilon: 1e-12,
      headDropout: 0.1,
      initializerRange: 0.02,
    })
    expect(parseConfig({ ...tinyConfigJson('bert'), classifier_dropout: 0.3 })).toMatchObject({ headDropout: 0.3 })
    expect(parseConfig({ ...tinyConfigJson('bert'), classifier_dropout: null })).toMatchObject({ headDropout: 0.1 })
  })

  it('reads a DistilBERT config by its own names', () => {
    expect(parseConfig(tinyConfigJson('distilbert'))).toMatchObject({
      architecture: 'distilbert',
      width: 16,
      layers: 2,
      tokenTypes: 0,
      headDropout: 0.2,
    })
  })

  it('reads RoBERTa’s longest text beside the rows that its position table leaves unused', () => {
    const config = { ...tinyConfigJson('roberta'), max_position_embeddings: 514, pad_token_id: 1 }
    expect(parseConfig(config)).toMatchObject({ family: 'encoder', maximumLength: 512, positionOffset: 2 })
  })

  it('reads a GPT-2 config, whose fields have names of their own', () => {
    expect(parseConfig({ ...tinyConfigJson('gpt2'), n_inner: null })).toMatchObject({
      family: 'decoder',
      feedForwardWidth: 64,
      activation: 'gelu_new',
      normEpsilon: 1e-5,
      tiedEmbeddings: true,
      rotary: null,
      padTokenId: null,
    })
  })

  it('reads rotary positions as transformers 5 and 4 write them', () => {
    const { rope_parameters: _, ...plain } = tinyConfigJson('llama')
    const rotary = (json: object) => {
      const config = parseConfig({ ...plain, ...json })
      return config.family === 'decoder' ? config.rotary : undefined
    }
    const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 }
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalMaximumLength: 8192,
    }
    expect(rotary({})).toEqual({ theta: 10000, scaling: null })
    expect(rotary({ rope_theta: 5e5, rope_scaling: null })).toEqual({ theta: 5e5, scaling: null })
    expect(rotary({ rope_parameters: { rope_theta: 5e5, rope_type: 'default' } })).toEqual({
      theta: 5e5,
      scaling: null,
    })
    expect(rotary({ rope_theta: 5e5, rope_scaling: { rope_type: 'llama3', ...llama3 } })).toEqual({
      theta: 5e5,
      scaling,
    })
    expect(rotary({ rope_parameters: { rope_theta: 5e5, rope_type: 'llama3', ...llama3 } })).toEqual({
      theta: 5e5,
      scaling,
    })
    expect(rotary({ rope_scaling: { type: 'linear', factor: 2 } })?.scaling).toEqual({ kind: 'linear', factor: 2 })
  })

  it('reads windows: Mistral’s on every layer, Qwen2’s off unless asked for', () => {
    const windows = (json: object) => {
      const config = parseConfig(json)
      return config.family === 'decoder' ? config.windows : undefined
    }
    const [mistral, qwen2] = [tinyConfigJson('mistral'), tinyConfigJson('qwen2')]
    expect(windows({ ...mistral, sliding_window: 9 })).toEqual([9, 9])
    expect(windows({ ...mistral, sliding_window: null })).toEqual([null, null])
    expect(windows({ ...qwen2, sliding_window: 9, max_window_layers: 1 })).toEqual([null, null])
    const asked = { ...qwen2, use_sliding_window: true, sliding_window: 9 }
    expect(windows({ ...asked, max_window_layers: 1 })).toEqual([null, 9])
    expect(windows({ ...asked, layer_types: ['sliding_attention', 'full_attention'] })).toEqual([9, null])
  })

  it('knows no padding token where decoders name none', () => {
    expect(parseConfig({ ...tinyConfigJson('llama'), pad_token_id: -1 }).padTokenId).toBeNull()
    expect(parseConfig({ ...tinyConfigJson('llama'), pad_token_id: 0 }).padTokenId).toBe(0)
  })

  it('names every missing or wrong field at once', () => {
    const { vocab_size: _, ...json } = tinyConfigJson('bert')
    expect(refusal({ ...json, hidden_size: 'big', num_hidden_layers: 0 })).toMatchObject({
      code: 'model-malformed',
      message: expect.stringMatching(/hidden_size is "big".*vocab_size is missing.*num_hidden_layers is 0/),
    })
  })

  it.each([
    [{ model_type: 't5' }, /model_type "t5".*bert, distilbert, .*qwen2/],
    [{ ...tinyConfigJson('bert'), hidden_act: 'mish' }, /"mish".*gelu/],
    [{ ...tinyConfigJson('gpt2'), scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx/],
    [{ ...tinyConfigJson('gpt2'), n_head: 3 }, /16 does not divide into 3 heads/],
    [{ ...tinyConfigJson('llama'), num_key_value_heads: 3 }, /4 heads cannot share 3/],
    [{ ...tinyConfigJson('llama'), rope_parameters: { rope_type: 'yarn', factor: 2 } }, /"yarn".*linear and llama3/],
    [{ ...tinyConfigJson('llama'), head_dim: 5 }, /even head size/],
    [{ ...tinyConfigJson('bert'), position_embedding_type: 'relative_key' }, /relative_key/],
    [{ ...tinyConfigJson('bert'), is_decoder: true }, /decoder/],
    [{ ...tinyConfigJson('bert'), pruned_heads: { 1: [0] } }, /pruned/],
    [{ ...tinyConfigJson('bert'), num_attention_heads: 3 }, /16 does not divide into 3 heads/],
  ])('refuses what it cannot compute: %o', (json, message) => {
    expect(refusal(json)).toMatchObject({ code: 'model-unsupported', message: expect.stringMatching(message) })
  })

  it.each([[null], [[]], ['bert']])('refuses what is no object: %o', (json) => {
    expect(refusal(json)).toMatchObject({ code: 'model-malformed' })
  })
})
