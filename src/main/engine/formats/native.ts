/**
 * Fino's own format: all that was trained as it is held, in one safetensors file under the names of the parameters (linear
 * weights [in, out]); fino.json beside it says by which strategy. For what no library has a format for.
 */
import { Failure } from '../../../shared/failure'
import type { Arrays, FloatArray } from './arrays'
import type { FolderContent } from './folder'
import { decodeSafetensors, encodeSafetensors } from './safetensors'

export const trainedFile = 'trained.safetensors'

export function toNative(parameters: Arrays): FolderContent {
  return { [trainedFile]: encodeSafetensors(parameters, { format: 'fino' }) }
}

/** The inverse of `toNative`. Throws `model-malformed`. */
export function fromNative(trained: Uint8Array): Arrays {
  const values: Record<string, FloatArray> = {}
  for (const [name, { shape, data }] of Object.entries(decodeSafetensors(trained).tensors)) {
    if (data instanceof Int32Array)
      throw new Failure('model-malformed', `${trainedFile} holds ${name} as integers. Export the run again.`)
    values[name] = { shape, data }
  }
  return values
}
