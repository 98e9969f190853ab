/**
 * One layer of GPT-2 (Radford et al. 2019), LLaMA (Touvron et al. 2023), Mistral (Jiang et al. 2023) and Qwen2 (Yang et
 * al. 2024): normalization before each half. GPT-2 makes query, key and value in one module; the others turn them by
 * rotary positions and weigh the feed-forward half by a gate.
 */
import type { Tensor2D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import { activate } from '../layers/activation'
import { concatenate, type KeysAndValues, splitHeads } from '../layers/attention'
import { dropout } from '../layers/dropout'
import { rotate } from '../layers/rotary'
import type { DecoderConfig } from './config'
import { attentionOutput, join, normalizeBy, type Pass, project, type View } from './pass'
import { layerNames } from './weights'

/** Rows of [batch * time, width] after the layer, and keys and values of the past and these rows together, for whoever reads on. */
export function runDecoderLayer(
  pass: Pass<DecoderConfig>,
  layer: number,
  x: Tensor2D,
  view: View,
): { rows: Tensor2D; seen: KeysAndValues } {
  const { config, mode } = pass
  const names = layerNames(config, layer)
  const input = normalizeBy(pass, names.attentionNorm, x)
  const { queries, ...own } = projectHeads(pass, layer, input, view)
  const seen = view.past ? concatenate(view.past, own) : own
  const middle = join(
    pass,
    { layer, part: 'attention' },
    {
      output: attentionOutput(pass, layer, view, { queries, ...seen }, config.hiddenDropout),
      residual: x,
      input,
      normalize: same,
    },
  )
  const between = normalizeBy(pass, names.feedForwardNorm, middle)
  const rows = join(
    pass,
    { layer, part: 'feedForward' },
    {
      output: dropout(feedForward(pass, layer, between), config.hiddenDropout, mode),
      residual: middle,
      input: between,
      normalize: same,
    },
  )
  return { rows, seen }
}

function projectHeads(pass: Pass<DecoderConfig>, layer: number, input: Tensor2D, { batch, angles }: View) {
  const { config } = pass
  const { heads, keyValueHeads, headSize } = config
  if (config.architecture === 'gpt2') {
    const all = project(pass, layer, 'queryKeyValue', input) // [rows, 3 * width]
    const width = heads * headSize
    const part = (index: number) => splitHeads(tf.slice(all, [0, index * width], [all.shape[0], width]), batch, heads)
    return { queries: part(0), keys: part(1), values: part(2) }
  }
  const queries = splitHeads(project(pass, layer, 'query', input), batch, heads)
  const keys = splitHeads(project(pass, layer, 'key', input), batch, keyValueHeads)
  const values = splitHeads(project(pass, layer, 'value', input), batch, keyValueHeads)
  if (!angles) throw new Error('needs rotary angles; has none')
  return { queries: rotate(queries, angles), keys: rotate(keys, angles), values }
}

function feedForward(pass: Pass<DecoderConfig>, layer: number, input: Tensor2D): Tensor2D {
  const { architecture, activation } = pass.config
  const wide = project(pass, layer, 'feedForwardIn', input)
  const inner =
    architecture === 'gpt2'
      ? activate(wide, activation)
      : tf.mul(activate(project(pass, layer, 'feedForwardGate', input), activation), wide)
  return project(pass, layer, 'feedForwardOut', inner as Tensor2D)
}

function same(x: Tensor2D): Tensor2D {
  return x
}
