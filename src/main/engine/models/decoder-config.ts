/** config.json of GPT-2 (Radford et al. 2019), LLaMA (Touvron et al. 2023), Mistral (Jiang et al. 2023) and Qwen2 (Yang et al. 2024). */
import type { DecoderArchitecture } from '../../../shared/model'
import type { DecoderConfig, Rotary, RotaryScaling } from './config'
import type { FieldReader } from './config-fields'

export function readDecoder(architecture: DecoderArchitecture, fields: FieldReader): DecoderConfig {
  const config = architecture === 'gpt2' ? readGpt2(fields) : readLlama(architecture, fields)
  const { width, heads, keyValueHeads, headSize } = config
  if (!Number.isInteger(headSize)) fields.refuse(`its width ${width} does not divide into ${heads} heads`)
  if (heads % keyValueHeads !== 0)
    fields.refuse(`its ${heads} heads cannot share ${keyValueHeads} key-value heads evenly`)
  if (config.rotary && headSize % 2 !== 0) fields.refuse(`rotary positions need an even head size, not ${headSize}`)
  if (fields.source.add_cross_attention === true) fields.refuse('it has cross-attention')
  return config
}

function readGpt2(fields: FieldReader): DecoderConfig {
  const [width, heads, layers] = [fields.count('n_embd'), fields.count('n_head'), fields.count('n_layer')]
  for (const flag of ['scale_attn_by_inverse_layer_idx', 'reorder_and_upcast_attn'])
    if (fields.flag(flag, false)) fields.refuse(`it asks for ${flag}`)
  if (!fields.flag('scale_attn_weights', true)) fields.refuse('its attention scores are not scaled')
  return {
    family: 'decoder',
    architecture: 'gpt2',
    vocabularySize: fields.count('vocab_size'),
    width,
    layers,
    heads,
    keyValueHeads: heads,
    headSize: width / heads,
    feedForwardWidth: fields.count('n_inner', 4 * width),
    maximumLength: fields.count('n_positions', fields.count('n_ctx', 1024)),
    normEpsilon: fields.positive('layer_norm_epsilon', 1e-5),
    activation: fields.activation('activation_function', 'gelu_new'),
    embeddingDropout: fields.share('embd_pdrop', 0.1),
    hiddenDropout: fields.share('resid_pdrop', 0.1),
    attentionDropout: fields.share('attn_pdrop', 0.1),
    initializerRange: fields.positive('initializer_range', 0.02),
    tiedEmbeddings: fields.flag('tie_word_embeddings', true),
    rotary: null,
    windows: Array.from({ length: layers }, () => null),
    biases: { attention: true, attentionOutput: true, feedForward: true },
    padTokenId: fields.index('pad_token_id'),
    source: fields.source,
  }
}

function readLlama(architecture: 'llama' | 'mistral' | 'qwen2', fields: FieldReader): DecoderConfig {
  const [width, heads] = [fields.count('hidden_size'), fields.count('num_attention_heads')]
  const layers = fields.count('num_hidden_layers')
  const llama = architecture === 'llama'
  const attentionBias = llama && fields.flag('attention_bias', false)
  return {
    family: 'decoder',
    architecture,
    vocabularySize: fields.count('vocab_size'),
    width,
    layers,
    heads,
    keyValueHeads: fields.count('num_key_value_heads', architecture === 'mistral' ? 8 : heads),
    headSize: 'head_dim' in fields.source ? fields.count('head_dim', width / heads) : width / heads,
    feedForwardWidth: fields.count('intermediate_size'),
    maximumLength: fields.count('max_position_embeddings', llama ? 2048 : 32768),
    normEpsilon: fields.positive('rms_norm_eps', 1e-6),
    activation: fields.activation('hidden_act', 'silu'),
    embeddingDropout: 0,
    hiddenDropout: 0,
    attentionDropout: fields.share('attention_dropout', 0),
    initializerRange: fields.positive('initializer_range', 0.02),
    tiedEmbeddings: fields.flag('tie_word_embeddings', false),
    rotary: readRotary(fields),
    windows: readWindows(architecture, layers, fields),
    biases: {
      attention: attentionBias || architecture === 'qwen2',
      attentionOutput: attentionBias,
      feedForward: llama && fields.flag('mlp_bias', false),
    },
    padTokenId: fields.index('pad_token_id'),
    source: fields.source,
  }
}

/** transformers 5 writes `rope_parameters`; 4 wrote `rope_theta` and `rope_scaling`. */
function readRotary(fields: FieldReader): Rotary {
  const parameters = fields.nested('rope_parameters')
  const scaling = parameters ?? fields.nested('rope_scaling')
  const theta = (parameters && 'rope_theta' in parameters.source ? parameters : fields).positive('rope_theta', 10000)
  for (const place of [fields, scaling])
    if (Number(place?.source.partial_rotary_factor ?? 1) !== 1) fields.refuse('only part of each head is rotated')
  return { theta, scaling: scaling && readScaling(scaling) }
}

function readScaling(fields: FieldReader): RotaryScaling | null {
  const kind = fields.source.rope_type ?? fields.source.type ?? 'default'
  if (kind === 'default') return null
  if (kind === 'linear') return { kind, factor: fields.positive('factor', 1) }
  if (kind === 'llama3')
    return {
      kind,
      factor: fields.positive('factor', 1),
      lowFrequencyFactor: fields.positive('low_freq_factor', 1),
      highFrequencyFactor: fields.positive('high_freq_factor', 4),
      originalMaximumLength: fields.count('original_max_position_embeddings'),
    }
  fields.refuse(`its rotary positions are scaled by "${String(kind)}", and Fino computes linear and llama3`)
  return null
}

function readWindows(architecture: string, layers: number, fields: FieldReader): (number | null)[] {
  const none = Array.from({ length: layers }, () => null)
  const { sliding_window: stated, layer_types: types } = fields.source
  if (architecture === 'mistral') {
    if (stated === null) return none
    const window = fields.count('sliding_window', 4096)
    return none.map(() => window)
  }
  if (architecture !== 'qwen2' || !fields.flag('use_sliding_window', false) || stated === null) return none
  const window = fields.count('sliding_window', 4096)
  const first = Number(fields.source.max_window_layers ?? 28)
  const slides = (layer: number) => (Array.isArray(types) ? types[layer] === 'sliding_attention' : layer >= first)
  return none.map((_, layer) => (slides(layer) ? window : null))
}
