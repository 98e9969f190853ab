/** What Fino needs to know of an encoder, read from a Hugging Face config.json. */
import { Failure } from '../../../shared/failure'
import { type Architecture, architectures } from '../../../shared/model'

export const activations = ['gelu', 'gelu_new', 'relu'] as const
export type Activation = (typeof activations)[number]

export interface EncoderConfig {
  readonly architecture: Architecture
  readonly vocabularySize: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly feedForwardWidth: number
  /** Rows of the position table: the longest input in tokens. */
  readonly maximumLength: number
  /** Rows of the token-type table; 0 = the architecture has none. */
  readonly tokenTypes: number
  readonly layerNormEpsilon: number
  readonly activation: Activation
  readonly hiddenDropout: number
  readonly attentionDropout: number
  /** Dropout before the classification layer. */
  readonly headDropout: number
  /** Standard deviation of new weights. */
  readonly initializerRange: number
  readonly padTokenId: number
  /** config.json as it was found, so that an export can carry what Fino does not use. */
  readonly source: Readonly<Record<string, unknown>>
}

const supported = architectures.join(' and ')

/**
 * Reads a parsed config.json.
 * Throws `model-malformed` (all missing or wrong fields at once) or `model-unsupported`, naming what and the remedy.
 */
export function parseConfig(json: unknown): EncoderConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Failure('model-malformed', 'config.json is not a JSON object. Download the model folder again.')
  const source = json as Record<string, unknown>
  const architecture = architectures.find((name) => name === source.model_type)
  if (!architecture)
    throw new Failure(
      'model-unsupported',
      `config.json says model_type "${String(source.model_type)}", but Fino reads ${supported} models. Choose one of those.`,
      { modelType: String(source.model_type) },
    )
  const fields = createFieldReader(source)
  const config = architecture === 'bert' ? readBert(source, fields) : readDistilBert(source, fields)
  fields.check()
  refuseUnsupported(config)
  return config
}

function readBert(source: Readonly<Record<string, unknown>>, fields: FieldReader): EncoderConfig {
  const hiddenDropout = fields.share('hidden_dropout_prob', 0.1)
  return {
    architecture: 'bert',
    vocabularySize: fields.count('vocab_size'),
    width: fields.count('hidden_size'),
    layers: fields.count('num_hidden_layers'),
    heads: fields.count('num_attention_heads'),
    feedForwardWidth: fields.count('intermediate_size'),
    maximumLength: fields.count('max_position_embeddings'),
    tokenTypes: fields.count('type_vocab_size', 2),
    layerNormEpsilon: fields.positive('layer_norm_eps', 1e-12),
    activation: readActivation(source.hidden_act ?? 'gelu'),
    hiddenDropout,
    attentionDropout: fields.share('attention_probs_dropout_prob', 0.1),
    headDropout: fields.share('classifier_dropout', hiddenDropout),
    initializerRange: fields.positive('initializer_range', 0.02),
    padTokenId: fields.index('pad_token_id', 0),
    source,
  }
}

function readDistilBert(source: Readonly<Record<string, unknown>>, fields: FieldReader): EncoderConfig {
  return {
    architecture: 'distilbert',
    vocabularySize: fields.count('vocab_size'),
    width: fields.count('dim'),
    layers: fields.count('n_layers'),
    heads: fields.count('n_heads'),
    feedForwardWidth: fields.count('hidden_dim'),
    maximumLength: fields.count('max_position_embeddings'),
    tokenTypes: 0,
    layerNormEpsilon: 1e-12,
    activation: readActivation(source.activation ?? 'gelu'),
    hiddenDropout: fields.share('dropout', 0.1),
    attentionDropout: fields.share('attention_dropout', 0.1),
    headDropout: fields.share('seq_classif_dropout', 0.2),
    initializerRange: fields.positive('initializer_range', 0.02),
    padTokenId: fields.index('pad_token_id', 0),
    source,
  }
}

function readActivation(name: unknown): Activation {
  const known = activations.find((activation) => activation === name)
  if (known) return known
  if (name === 'gelu_pytorch_tanh') return 'gelu_new'
  throw new Failure(
    'model-unsupported',
    `config.json asks for the activation "${String(name)}"; Fino computes ${activations.join(', ')}. Choose another model.`,
    { activation: String(name) },
  )
}

function refuseUnsupported(config: EncoderConfig): void {
  const { source, width, heads } = config
  const reasons: string[] = []
  const positions = source.position_embedding_type ?? 'absolute'
  if (positions !== 'absolute') reasons.push(`positions are "${String(positions)}", not absolute`)
  if (source.is_decoder === true) reasons.push('it is configured as a decoder (is_decoder)')
  if (source.add_cross_attention === true) reasons.push('it has cross-attention')
  if (width % heads !== 0) reasons.push(`its width ${width} does not divide into ${heads} heads`)
  if (Object.keys(Object(source.pruned_heads)).length > 0) reasons.push('some of its attention heads were pruned')
  if (reasons.length > 0)
    throw new Failure(
      'model-unsupported',
      `Fino cannot compute this ${config.architecture} model: ${reasons.join('; ')}. Choose a plain ${config.architecture} encoder.`,
    )
}

interface FieldReader {
  count(name: string, fallback?: number): number
  index(name: string, fallback: number): number
  positive(name: string, fallback: number): number
  share(name: string, fallback: number): number
  /** Throws `model-malformed` when any field read before was wrong. */
  check(): void
}

function createFieldReader(source: Readonly<Record<string, unknown>>): FieldReader {
  const problems: string[] = []
  const read = (name: string, fallback: number | undefined, wanted: string, fits: (value: number) => boolean) => {
    const value = source[name] ?? fallback
    if (typeof value === 'number' && fits(value)) return value
    problems.push(value === undefined ? `${name} is missing` : `${name} is ${JSON.stringify(value)}, not ${wanted}`)
    return 1
  }
  return {
    count: (name, fallback) => read(name, fallback, 'a whole number above 0', (n) => Number.isInteger(n) && n > 0),
    index: (name, fallback) => read(name, fallback, 'a whole number from 0', (n) => Number.isInteger(n) && n >= 0),
    positive: (name, fallback) => read(name, fallback, 'a number above 0', (n) => n > 0 && Number.isFinite(n)),
    share: (name, fallback) => read(name, fallback, 'a number from 0 to below 1', (n) => n >= 0 && n < 1),
    check() {
      if (problems.length > 0)
        throw new Failure(
          'model-malformed',
          `config.json cannot be used: ${problems.join('; ')}. Download the model folder again.`,
        )
    },
  }
}
