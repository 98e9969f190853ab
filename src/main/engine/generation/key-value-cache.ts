/** Keys and values of the tokens read so far, so that each new token costs one position (Pope et al. 2022, arXiv:2211.05102). */

import type { Tensor4D } from '@tensorflow/tfjs-core'
import * as tf from '@tensorflow/tfjs-core'

export interface KeyValueCache {
  /** Positions read, virtual ones included; the next token's position where nothing else is said. */
  length: number
  /** By layer; rotary positions are worked into the keys already. */
  readonly layers: { keys: Tensor4D; values: Tensor4D }[] // [1, key-value heads, length, head size]
}

export function disposeCache({ layers }: KeyValueCache): void {
  for (const { keys, values } of layers) tf.dispose([keys, values])
}
