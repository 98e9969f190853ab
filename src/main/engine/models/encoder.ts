/**
 * One layer of BERT (Devlin et al. 2019), DistilBERT (Sanh et al. 2019) and RoBERTa (Liu et al. 2019): normalization after
 * each residual sum. They differ in names and in where they drop out.
 */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { activate } from '../layers/activation'
import { splitHeads } from '../layers/attention'
import { dropout } from '../layers/dropout'
import type { EncoderConfig } from './config'
import { attentionOutput, join, normalizeBy, type Pass, project, type View } from './pass'
import { layerNames } from './weights'

/** Rows of [batch * time, width] after the layer, or the texts' first alone; nothing of the past is kept. */
export function runEncoderLayer(pass: Pass<EncoderConfig>, layer: number, x: Tensor2D, view: View): Tensor2D {
  const { config, mode } = pass
  const names = layerNames(config, layer)
  const read = view.firstOnly ? firstRows(x, view.batch) : x
  const byHead = (projection: 'query' | 'key' | 'value', rows: Tensor2D) =>
    splitHeads(project(pass, layer, projection, rows), view.batch, config.heads)
  const heads = { queries: byHead('query', read), keys: byHead('key', x), values: byHead('value', x) }
  // DistilBERT drops nothing after attention's output projection.
  const afterAttention = config.architecture === 'distilbert' ? 0 : config.hiddenDropout

  const normalizeAttention = (sum: Tensor2D) => normalizeBy(pass, names.attentionNorm, sum)
  const attended = join(
    pass,
    { layer, part: 'attention' },
    {
      output: attentionOutput(pass, layer, view, heads, afterAttention),
      residual: read,
      input: read,
      normalize: normalizeAttention,
    },
  )
  const middle = normalizeAttention(attended)

  const normalizeOutput = (sum: Tensor2D) => normalizeBy(pass, names.feedForwardNorm, sum)
  const inner = activate(project(pass, layer, 'feedForwardIn', middle), config.activation)
  const fed = join(
    pass,
    { layer, part: 'feedForward' },
    {
      output: dropout(project(pass, layer, 'feedForwardOut', inner), config.hiddenDropout, mode),
      residual: middle,
      input: middle,
      normalize: normalizeOutput,
    },
  )
  return normalizeOutput(fed)
}

function firstRows(x: Tensor2D, batch: number): Tensor2D {
  const [rows, width] = x.shape
  const apart: tf.Tensor3D = tf.reshape(x, [batch, rows / batch, width])
  return tf.reshape(tf.slice(apart, [0, 0, 0], [batch, 1, width]), [batch, width])
}
