/**
 * The forward pass of BERT (Devlin et al. 2019) and DistilBERT (Sanh et al. 2019): bidirectional layers with
 * normalization after each residual sum. The two differ in names, in token types, and in where they drop out.
 */
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { activate } from '../layers/activation'
import { attend, attentionBias } from '../layers/attention'
import { dropout } from '../layers/dropout'
import { embedTokens } from '../layers/embedding'
import { linear } from '../layers/linear'
import { normalize } from '../layers/normalization'
import { tensorOf, type Weights } from '../parameters'
import type { Adaptation } from '../strategies/adaptation'
import type { EncoderConfig } from './config'
import type { Batch, Mode } from './tuned-model'
import { layerNames, type Projection } from './weights'

/** All that a forward pass needs besides its input. */
export interface Pass {
  readonly config: EncoderConfig
  readonly weights: Weights
  readonly mode: Mode
  readonly projected?: Adaptation['projected'] | undefined
}

/** Hidden states after the last layer. */
export function encode(pass: Pass, batch: Batch): Tensor3D {
  return tf.tidy(() => runLayers(pass, embed(pass, batch), batch.attentionMask, 0, pass.config.layers))
}

/** Normalized embeddings: what the first layer reads. */
export function embed(pass: Pass, { tokenIds }: Batch): Tensor3D {
  const { config, weights, mode } = pass
  const path = `${config.architecture}.embeddings`
  return tf.tidy(() => {
    const embedded = embedTokens(tokenIds, {
      words: tensorOf(weights, `${path}.word_embeddings.weight`),
      positions: tensorOf(weights, `${path}.position_embeddings.weight`),
      ...(config.tokenTypes > 0 && { tokenTypes: tensorOf(weights, `${path}.token_type_embeddings.weight`) }),
    })
    const rows = dropout(normalized(pass, `${path}.LayerNorm`, embedded), config.hiddenDropout, mode)
    return tf.reshape(rows, [...tokenIds.shape, config.width])
  })
}

/** Layers `from` (inclusive) to `to` (exclusive) over hidden states of [batch, time, width]. */
export function runLayers(pass: Pass, hidden: Tensor3D, attentionMask: Tensor2D, from: number, to: number): Tensor3D {
  return tf.tidy(() => {
    const [batch, time, width] = hidden.shape
    const bias = attentionBias(attentionMask)
    let rows: Tensor2D = tf.reshape(hidden, [batch * time, width])
    for (let layer = from; layer < to; layer++) {
      const input = rows
      rows = tf.tidy(() => runLayer(pass, layer, input, bias))
    }
    return tf.reshape(rows, [batch, time, width])
  })
}

function runLayer(pass: Pass, layer: number, x: Tensor2D, bias: Tensor4D): Tensor2D {
  const { config, mode } = pass
  const names = layerNames(config, layer)
  const project = (projection: Projection, input: Tensor2D) => {
    const path = names[projection]
    const output = projectBase(pass, path, input)
    return pass.projected?.({ layer, projection, path }, input, output, mode) ?? output
  }
  const mixed = attend({
    query: project('query', x),
    key: project('key', x),
    value: project('value', x),
    bias,
    heads: config.heads,
    dropoutRate: config.attentionDropout,
    mode,
  })
  // DistilBERT drops nothing after attention's output projection.
  const afterAttention = config.architecture === 'bert' ? config.hiddenDropout : 0
  const attended = dropout(project('attentionOutput', mixed), afterAttention, mode)
  const middle = normalized(pass, names.attentionNorm, tf.add(attended, x))
  const inner = activate(project('feedForwardIn', middle), config.activation)
  const outer = dropout(project('feedForwardOut', inner), config.hiddenDropout, mode)
  return normalized(pass, names.outputNorm, tf.add(outer, middle))
}

function projectBase({ weights }: Pass, path: string, input: Tensor2D): Tensor2D {
  return linear(input, tensorOf(weights, `${path}.weight`), tensorOf(weights, `${path}.bias`))
}

function normalized({ weights, config }: Pass, path: string, x: Tensor2D): Tensor2D {
  const gain = tensorOf(weights, `${path}.weight`)
  return normalize(x, gain, tensorOf(weights, `${path}.bias`), config.layerNormEpsilon)
}
