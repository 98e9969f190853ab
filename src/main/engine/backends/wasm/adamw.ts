/** AdamW in one pass over a parameter, in place of a dozen operations with results of their own. */
import * as tf from '@tensorflow/tfjs-core'
import type { UpdateByAdamW } from '../abilities'
import { startOf, valuesOf, type WasmBackend } from './backend'
import { functions } from './fused'

export const updateByAdamW: UpdateByAdamW = (updates, { beta1, beta2, floor, clipping }) => {
  const backend = tf.backend() as unknown as WasmBackend
  const factor = clipping ? (valuesOf(backend, clipping)[0] as number) : 1
  for (const update of updates) {
    const { variable, first, second, gradient, rate, kept } = update
    for (const changed of [variable, first, second]) makeItsOwn(backend, changed)
    functions.adamW(
      startOf(backend, variable),
      startOf(backend, gradient),
      startOf(backend, first),
      startOf(backend, second),
      variable.size,
      ...([beta1, 1 - beta1, beta2, 1 - beta2] as const),
      ...([kept, rate, floor, factor] as const),
    )
  }
}

/** What other tensors share is copied before it is changed. */
function makeItsOwn(backend: WasmBackend, variable: tf.Variable): void {
  if (backend.refCount(variable.dataId) > 1) tf.tidy(() => variable.assign(tf.mul(variable, 1)))
}
