/** config.json of BERT (Devlin et al. 2019), DistilBERT (Sanh et al. 2019), RoBERTa (Liu et al. 2019) and XLM-R (Conneau et al. 2020). */
import type { EncoderArchitecture } from '../../../shared/model'
import type { EncoderConfig } from './config'
import type { FieldReader } from './config-fields'

export function readEncoder(architecture: EncoderArchitecture, fields: FieldReader): EncoderConfig {
  const config = architecture === 'distilbert' ? readDistilBert(fields) : readBert(architecture, fields)
  const { source } = fields
  const positions = source.position_embedding_type ?? 'absolute'
  if (positions !== 'absolute') fields.refuse(`positions are "${String(positions)}", not absolute`)
  if (source.is_decoder === true) fields.refuse('it is configured as a decoder (is_decoder)')
  if (source.add_cross_attention === true) fields.refuse('it has cross-attention')
  if (config.width % config.heads !== 0)
    fields.refuse(`its width ${config.width} does not divide into ${config.heads} heads`)
  if (Object.keys(Object(source.pruned_heads)).length > 0) fields.refuse('some of its attention heads were pruned')
  return config
}

function readBert(architecture: 'bert' | 'roberta' | 'xlm-roberta', fields: FieldReader): EncoderConfig {
  const hiddenDropout = fields.share('hidden_dropout_prob', 0.1)
  const [width, heads] = [fields.count('hidden_size'), fields.count('num_attention_heads')]
  const padTokenId = fields.index('pad_token_id') ?? (architecture === 'bert' ? 0 : 1)
  const positionOffset = architecture === 'bert' ? 0 : padTokenId + 1
  return {
    family: 'encoder',
    architecture,
    vocabularySize: fields.count('vocab_size'),
    width,
    layers: fields.count('num_hidden_layers'),
    heads,
    keyValueHeads: heads,
    headSize: width / heads,
    feedForwardWidth: fields.count('intermediate_size'),
    maximumLength: fields.count('max_position_embeddings') - positionOffset,
    tokenTypes: fields.count('type_vocab_size', 2),
    positionOffset,
    normEpsilon: fields.positive('layer_norm_eps', 1e-12),
    activation: fields.activation('hidden_act', 'gelu'),
    embeddingDropout: hiddenDropout,
    hiddenDropout,
    attentionDropout: fields.share('attention_probs_dropout_prob', 0.1),
    headDropout: fields.share('classifier_dropout', hiddenDropout),
    initializerRange: fields.positive('initializer_range', 0.02),
    padTokenId,
    source: fields.source,
  }
}

function readDistilBert(fields: FieldReader): EncoderConfig {
  const hiddenDropout = fields.share('dropout', 0.1)
  const [width, heads] = [fields.count('dim'), fields.count('n_heads')]
  return {
    family: 'encoder',
    architecture: 'distilbert',
    vocabularySize: fields.count('vocab_size'),
    width,
    layers: fields.count('n_layers'),
    heads,
    keyValueHeads: heads,
    headSize: width / heads,
    feedForwardWidth: fields.count('hidden_dim'),
    maximumLength: fields.count('max_position_embeddings'),
    tokenTypes: 0,
    positionOffset: 0,
    normEpsilon: 1e-12,
    activation: fields.activation('activation', 'gelu'),
    embeddingDropout: hiddenDropout,
    hiddenDropout,
    attentionDropout: fields.share('attention_dropout', 0.1),
    headDropout: fields.share('seq_classif_dropout', 0.2),
    initializerRange: fields.positive('initializer_range', 0.02),
    padTokenId: fields.index('pad_token_id') ?? 0,
    source: fields.source,
  }
}
