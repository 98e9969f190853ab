/** A language model that writes on, token by token, from what it has read so far. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'
import type { KeyValueCache } from '../generation/key-value-cache'
import { splitHeads } from '../layers/attention'
import type { DecoderConfig } from './config'
import { embedAfter, embedVirtual, runLayersOn } from './forward'
import { scoreRows } from './heads'
import type { Pass } from './pass'
import type { TunedModel } from './tuned-model'

export function createGeneration(pass: Pass<DecoderConfig>): NonNullable<TunedModel['generation']> {
  return {
    start() {
      const { hooks } = pass
      const layers = Array.from({ length: pass.config.layers }, (_, layer) => startLayer(pass, layer))
      const cache: KeyValueCache = { length: hooks.firstPosition ?? 0, layers }
      if (hooks.embedded) tf.tidy(() => void runLayersOn(pass, embedVirtual(pass), cache))
      return cache
    },
    next: (cache, tokenIds) =>
      tf.tidy(() => {
        const hidden = runLayersOn(pass, embedAfter(pass, tokenIds, cache), cache)
        const [, time, width] = hidden.shape
        const last: Tensor2D = tf.reshape(tf.slice(hidden, [0, time - 1, 0], [1, 1, width]), [1, width])
        return scoreRows(pass, last)
      }),
  }
}

/** A prefix within the softmax of the text is read already; one with a gate is met anew by each token. */
function startLayer({ config, hooks }: Pass<DecoderConfig>, layer: number): { keys: Tensor4D; values: Tensor4D } {
  const { keyValueHeads, headSize } = config
  return tf.tidy(() => {
    const prefix = hooks.attentionPrefix?.(layer)
    if (prefix && !prefix.gate)
      return {
        keys: splitHeads(prefix.keys, 1, keyValueHeads),
        values: splitHeads(prefix.values, 1, keyValueHeads),
      }
    const nothing = (): Tensor4D => tf.zeros([1, keyValueHeads, 0, headSize])
    return { keys: nothing(), values: nothing() }
  })
}
