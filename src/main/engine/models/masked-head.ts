/**
 * The head that foresees masked pieces: a dense map, the activation, a normalization, and the word embeddings as the table
 * of scores (Devlin et al. 2019), under transformers' names.
 */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { activate } from '../layers/activation'
import { linear } from '../layers/linear'
import { normalize } from '../layers/normalization'
import { scoreVocabulary } from '../layers/vocabulary'
import { createParameter, type Parameters, tensorOf, type Weights } from '../parameters'
import type { Random } from '../random'
import type { EncoderConfig, ModelConfig } from './config'
import type { Pass } from './pass'
import { decays, type ExpectedTensor, embeddingNames, isNormalization } from './weights'

interface MaskedHeadNames {
  readonly dense: string
  readonly norm: string
  /** [vocabulary, width]. */
  readonly table: string
  readonly bias: string
}

/** Where config.json says that the table is not tied to the embeddings, table and bias are the decoder's own. */
export function maskedHeadNames(config: EncoderConfig): MaskedHeadNames {
  const tied = config.source.tie_word_embeddings !== false
  const { words } = embeddingNames(config)
  switch (config.architecture) {
    case 'bert': {
      const path = 'cls.predictions'
      const own = tied ? { table: words, bias: `${path}.bias` } : decoderOf(`${path}.decoder`)
      return { dense: `${path}.transform.dense`, norm: `${path}.transform.LayerNorm`, ...own }
    }
    case 'distilbert': {
      const { table, bias } = decoderOf('vocab_projector')
      return { dense: 'vocab_transform', norm: 'vocab_layer_norm', table: tied ? words : table, bias }
    }
    case 'roberta':
    case 'xlm-roberta': {
      const own = tied ? { table: words, bias: 'lm_head.bias' } : decoderOf('lm_head.decoder')
      return { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', ...own }
    }
    default:
      return config.architecture satisfies never
  }
}

/** The head's tensors in the engine's layout; a table that is the embeddings' belongs to the base. */
export function maskedHeadTensors(config: EncoderConfig): ExpectedTensor[] {
  const { dense, norm, table, bias } = maskedHeadNames(config)
  const { width, vocabularySize } = config
  const vector = (name: string, size = width) => ({ name, kind: 'vector', shape: [size], required: true }) as const
  const own = { name: table, kind: 'embedding', shape: [vocabularySize, width], required: true } as const
  return [
    { name: `${dense}.weight`, kind: 'linear', shape: [width, width], required: true },
    vector(`${dense}.bias`),
    vector(`${norm}.weight`),
    vector(`${norm}.bias`),
    ...(table === embeddingNames(config).words ? [] : [own]),
    vector(bias, vocabularySize),
  ]
}

/** Whether the folder brought such a head. */
export function hasMaskedHead(config: ModelConfig, weights: Weights): boolean {
  return config.family === 'encoder' && maskedHeadTensors(config).every(({ name }) => weights[name] !== undefined)
}

/** The folder's own head, or where it has none a new one as BERT begins: N(0, initializer range), gains of one, biases of zero. */
export function maskedHeadParameters(config: EncoderConfig, weights: Weights, random: Random): Parameters {
  const kept = hasMaskedHead(config, weights)
  return maskedHeadTensors(config).map(({ name, shape }) => {
    if (kept) return { name, variable: tf.variable(tensorOf(weights, name)), decays: decays(name) }
    const own = random.fork(name)
    const gain = isNormalization(name) && name.endsWith('.weight')
    const draw = name.endsWith('.weight') ? () => config.initializerRange * own.normal() : () => 0
    return createParameter(name, shape, decays(name), gain ? () => 1 : draw)
  })
}

/** [rows, width] -> [rows, vocabulary]. RoBERTa's head has the exact gelu, whatever its layers have. */
export function scoreMasked({ config, weights }: Pass<EncoderConfig>, rows: Tensor2D): Tensor2D {
  const { dense, norm, table, bias } = maskedHeadNames(config)
  const { architecture, activation, normEpsilon } = config
  const roberta = architecture === 'roberta' || architecture === 'xlm-roberta'
  const of = (name: string) => tensorOf(weights, name)
  return tf.tidy(() => {
    const mapped = linear(rows, of(`${dense}.weight`), of(`${dense}.bias`))
    const active = activate(mapped, roberta ? 'gelu' : activation)
    const normalized = normalize(active, of(`${norm}.weight`), of(`${norm}.bias`), normEpsilon)
    return tf.add(scoreVocabulary(normalized, of(table)), of(bias)) as Tensor2D
  })
}

function decoderOf(path: string): Pick<MaskedHeadNames, 'table' | 'bias'> {
  return { table: `${path}.weight`, bias: `${path}.bias` }
}
