/** Loads TensorFlow.js' `wasm` backend from its package on disk, with the engine's own kernels for it. */
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { registerWasmKernels } from '../engine/backends/wasm'

/** Importing the package registered the backend; this tells it where its binaries lie. */
export function loadWasm(): void {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(join(dirname(main), sep))
  registerWasmKernels()
}
