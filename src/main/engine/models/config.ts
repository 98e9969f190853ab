/** What Fino needs to know of a model, read from a Hugging Face config.json. */
import { Failure } from '../../../shared/failure'
import { architectures, type DecoderArchitecture, type EncoderArchitecture, isDecoder } from '../../../shared/model'
import type { Activation } from '../layers/activation'
import { createFieldReader } from './config-fields'
import { readDecoder } from './decoder-config'
import { readEncoder } from './encoder-config'

export type ModelConfig = EncoderConfig | DecoderConfig

interface CommonConfig {
  readonly vocabularySize: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Fewer than `heads` where several share one (grouped-query attention, Ainslie et al. 2023). */
  readonly keyValueHeads: number
  readonly headSize: number
  readonly feedForwardWidth: number
  /** Longest input in tokens, virtual ones included. */
  readonly maximumLength: number
  /** Added to the variance (or mean square) in every normalization. */
  readonly normEpsilon: number
  readonly activation: Activation
  /** After the embeddings. */
  readonly embeddingDropout: number
  /** After a sublayer's last linear module. */
  readonly hiddenDropout: number
  readonly attentionDropout: number
  /** Standard deviation of new weights. */
  readonly initializerRange: number
  /** config.json as it was found, so that an export can carry what Fino does not use. */
  readonly source: Readonly<Record<string, unknown>>
}

/** Reads in both directions, normalizes after each residual sum. */
export interface EncoderConfig extends CommonConfig {
  readonly family: 'encoder'
  readonly architecture: EncoderArchitecture
  /** Rows of the token-type table; 0 = the architecture has none. */
  readonly tokenTypes: number
  /** Row of the position table that the first token takes; RoBERTa leaves the rows up to the padding token's id unused. */
  readonly positionOffset: number
  /** Dropout before the classification layer. */
  readonly headDropout: number
  readonly padTokenId: number
}

/** Reads from left to right, normalizes before each sublayer and once more at the end. */
export interface DecoderConfig extends CommonConfig {
  readonly family: 'decoder'
  readonly architecture: DecoderArchitecture
  /** The language-model head is the embedding table. */
  readonly tiedEmbeddings: boolean
  /** Rotary positions; null = a learned table of positions (GPT-2). */
  readonly rotary: Rotary | null
  /** By layer: how many positions a token sees, itself included; null = all before it. */
  readonly windows: readonly (number | null)[]
  readonly biases: {
    /** Of query, key and value. */
    readonly attention: boolean
    readonly attentionOutput: boolean
    readonly feedForward: boolean
  }
  /** Null where config.json names none: masks decide what is padding, never ids. */
  readonly padTokenId: number | null
}

export interface Rotary {
  readonly theta: number
  readonly scaling: RotaryScaling | null
}

export type RotaryScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalMaximumLength: number
    }

/**
 * Reads a parsed config.json.
 * Throws `model-malformed` (all missing or wrong fields at once) or `model-unsupported`, naming what and the remedy.
 */
export function parseConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Failure('model-malformed', 'config.json is not a JSON object. Download the model folder again.')
  const source = json as Record<string, unknown>
  const architecture = architectures.find((name) => name === source.model_type)
  if (!architecture)
    throw new Failure(
      'model-unsupported',
      `config.json says model_type "${String(source.model_type)}", but Fino reads ${architectures.join(', ')}. Choose one of those.`,
      { modelType: String(source.model_type) },
    )
  const fields = createFieldReader(source)
  const config = isDecoder(architecture) ? readDecoder(architecture, fields) : readEncoder(architecture, fields)
  fields.check(`${architecture} ${config.family}`)
  return config
}
