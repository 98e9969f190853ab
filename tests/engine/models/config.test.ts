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
      layerNormEpsilon: 1e-12,
      headDropout: 0.1,
      initializerRange: 0.02,
    })
    expect(parseConfig({ ...tinyConfigJson('bert'), classifier_dropout: 0.3 }).headDropout).toBe(0.3)
    expect(parseConfig({ ...tinyConfigJson('bert'), classifier_dropout: null }).headDropout).toBe(0.1)
    expect(parseConfig({ ...tinyConfigJson('bert'), hidden_act: 'gelu_pytorch_tanh' }).activation).toBe('gelu_new')
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

  it('names every missing or wrong field at once', () => {
    const { vocab_size: _, ...json } = tinyConfigJson('bert')
    expect(refusal({ ...json, hidden_size: 'big', num_hidden_layers: 0 })).toMatchObject({
      code: 'model-malformed',
      message: expect.stringMatching(/vocab_size is missing.*hidden_size is "big".*num_hidden_layers is 0/),
    })
  })

  it.each([
    [{ model_type: 'llama' }, /model_type "llama".*bert and distilbert/],
    [{ ...tinyConfigJson('bert'), hidden_act: 'silu' }, /"silu".*gelu/],
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
