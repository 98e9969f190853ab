/** From tokens to the hidden states after any layer, the same way for every architecture. */
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { KeyValueCache } from '../generation/key-value-cache'
import type { KeysAndValues } from '../layers/attention'
import { dropout } from '../layers/dropout'
import { addPositions, addTokenType, lookUp } from '../layers/embedding'
import { recompute } from '../layers/recompute'
import { anglesOf } from '../layers/rotary'
import { causalBias, paddingBias, widenMask } from '../layers/visibility'
import { tensorOf } from '../parameters'
import type { DecoderConfig } from './config'
import { runDecoderLayer } from './decoder'
import { runEncoderLayer } from './encoder'
import { normalizeBy, type Pass, type View } from './pass'
import type { Batch } from './tuned-model'
import { embeddingNames, finalNormName } from './weights'

/** What the first layer reads, the strategy's virtual tokens in front: [batch, virtual + time, width]. */
export function embed(pass: Pass, { tokenIds }: Batch): Tensor3D {
  const { hooks, mode } = pass
  return tf.tidy(() => {
    const words = wordsOf(pass, tokenIds)
    return place(pass, hooks.embedded?.(words, mode) ?? words, hooks.firstPosition ?? 0)
  })
}

/** The batch's mask with a one for each virtual token in front. */
export function maskOf({ hooks }: Pass, { attentionMask }: Batch): Tensor2D {
  return widenMask(attentionMask, hooks.virtualTokens ?? 0)
}

/** What is read of the last layer to run: an encoder's head that reads a text needs its first position alone. */
export type Reads = 'every' | 'first'

/** Hidden states after the last layer, before a decoder's final normalization. */
export function runBase(pass: Pass, batch: Batch, reads: Reads = 'every'): Tensor3D {
  return tf.tidy(() => runLayers(pass, embed(pass, batch), maskOf(pass, batch), 0, pass.config.layers, reads))
}

/**
 * Layers `from` (inclusive) to `to` (exclusive) over hidden states of [batch, time, width] with a mask of [batch, time].
 * Where an encoder's `first` position is read, the last of them computes nothing else: [batch, 1, width].
 */
export function runLayers(
  pass: Pass,
  hidden: Tensor3D,
  mask: Tensor2D,
  from: number,
  to: number,
  reads: Reads = 'every',
): Tensor3D {
  const { config, hooks, mode } = pass
  return tf.tidy(() => {
    const [batch, time, width] = hidden.shape
    const angles = anglesFrom(pass, hooks.firstPosition ?? 0, time)
    const biases = new Map<string, Tensor>()
    let rows: Tensor2D = tf.reshape(hidden, [batch * time, width])
    for (let layer = from; layer < to; layer++) {
      const prefix = hooks.attentionPrefix?.(layer)
      const before = prefix && !prefix.gate ? prefix.keys.shape[0] : 0
      const window = config.family === 'decoder' ? (config.windows[layer] ?? null) : null
      const key = `${before} ${window}`
      const wide = () => widenMask(mask, before)
      const bias =
        biases.get(key) ?? (config.family === 'decoder' ? causalBias(wide(), time, window) : paddingBias(wide()))
      biases.set(key, bias)
      const firstOnly = reads === 'first' && config.family === 'encoder' && layer === to - 1
      const reading = { x: rows, view: { batch, bias, prefix, angles, firstOnly } }
      const run = ({ x, view }: typeof reading) => runLayer(pass, layer, x, view)
      const recomputes = mode.training && mode.recomputeLayers
      rows = recomputes ? recompute(reading, mode.random, run) : tf.tidy(() => run(reading))
    }
    return tf.reshape(rows, [batch, rows.shape[0] / batch, width])
  })
}

function runLayer(pass: Pass, layer: number, x: Tensor2D, view: View): Tensor2D {
  const { config } = pass
  if (config.family === 'encoder') return runEncoderLayer({ ...pass, config }, layer, x, view)
  return runDecoderLayer({ ...pass, config }, layer, x, view).rows
}

/**
 * Runs the rows of [1, time, width] after what the cache holds and moves the cache on. A prefix within the same softmax is
 * in the cache already.
 */
export function runLayersOn(pass: Pass<DecoderConfig>, hidden: Tensor3D, cache: KeyValueCache): Tensor3D {
  const { config, hooks } = pass
  const [, time, width] = hidden.shape
  const results = tf.tidy(() => {
    const angles = anglesFrom(pass, cache.length, time)
    const seen: KeysAndValues[] = []
    let rows: Tensor2D = tf.reshape(hidden, [time, width])
    for (const [layer, past] of cache.layers.entries()) {
      const prefix = hooks.attentionPrefix?.(layer)
      const mask: Tensor2D = tf.ones([1, past.keys.shape[2] + time])
      const bias = causalBias(mask, time, config.windows[layer] ?? null)
      const input = rows
      const view = { batch: 1, bias, prefix: prefix?.gate && prefix, angles, past }
      const result = tf.tidy(() => runDecoderLayer(pass, layer, input, view))
      rows = result.rows
      seen.push(result.seen)
    }
    return { rows: tf.reshape(rows, [1, time, width]) as Tensor3D, seen }
  })
  for (const [layer, { keys, values }] of results.seen.entries()) {
    const past = cache.layers[layer]
    tf.dispose([past?.keys, past?.values])
    cache.layers[layer] = { keys: tf.keep(keys), values: tf.keep(values) }
  }
  cache.length += time
  return results.rows
}

/** Embeds tokens that follow what a cache holds. */
export function embedAfter(pass: Pass, tokenIds: Tensor2D, { length }: KeyValueCache): Tensor3D {
  return tf.tidy(() => place(pass, wordsOf(pass, tokenIds), length))
}

/** A strategy's virtual tokens alone: [1, virtual, width]. */
export function embedVirtual(pass: Pass): Tensor3D {
  const { config, hooks, mode } = pass
  return tf.tidy(() => {
    const words: Tensor3D = tf.zeros([1, 1, config.width])
    const all = hooks.embedded?.(words, mode) ?? words
    return place(pass, tf.slice(all, [0, 0, 0], [1, hooks.virtualTokens ?? 0, config.width]), 0)
  })
}

/** The normalization after a decoder's last layer; encoders have none. */
export function finalNorm(pass: Pass, rows: Tensor2D): Tensor2D {
  return pass.config.family === 'decoder' ? normalizeBy(pass, finalNormName(pass.config), rows) : rows
}

function anglesFrom({ config }: Pass, first: number, time: number) {
  const rotary = config.family === 'decoder' ? config.rotary : null
  return rotary ? anglesOf(rotary, config.headSize, first, time) : undefined
}

function wordsOf({ config, weights }: Pass, tokenIds: Tensor2D): Tensor3D {
  return lookUp(tokenIds, tensorOf(weights, embeddingNames(config).words))
}

/** Adds what does not depend on the words, from position `first` on. */
function place(pass: Pass, words: Tensor3D, first: number): Tensor3D {
  const { config, weights, mode } = pass
  const names = embeddingNames(config)
  const offset = config.family === 'encoder' ? config.positionOffset : 0
  const [batch, time, width] = words.shape
  let x = words
  if (names.positions) x = addPositions(x, tensorOf(weights, names.positions), offset + first)
  if (names.tokenTypes) x = addTokenType(x, tensorOf(weights, names.tokenTypes))
  if (names.norm) {
    const normalized = normalizeBy(pass, names.norm, tf.reshape(x, [batch * time, width]))
    x = tf.reshape(normalized, [batch, time, width])
  }
  return dropout(x, config.embeddingDropout, mode)
}
